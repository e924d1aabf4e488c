//! Runs steps against a subject and compares each answer with the model. Then checks the invariants against
//! the subject's answers alone, so that they do not depend on the model.

use super::Status;
use super::model::{Model, NUMBERS, Step, Subject};

/// A successful request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    Sent,
    Checked { is_approved: bool },
    Ended,
}

/// The successful requests: action, SID of the answer, time of the clock.
type History = Vec<(Action, String, i64)>;

/// Runs the steps. Panics if an answer differs from the model's or an invariant is violated.
pub(crate) fn run_steps(subject: &mut impl Subject, steps: &[Step]) {
    let mut model = Model::default();
    let mut history = History::new();
    for step in steps {
        match step {
            Step::Pass(seconds) => subject.pass(*seconds),
            Step::Advance(seconds) => subject.advance(*seconds),
            Step::Reset => subject.reset(),
            _ => {
                history.extend(send_request(subject, &mut model, step));
                continue;
            }
        }
        model.move_clock(step);
    }
    assert_invariants(&model, &history);
}

/// Sends a request to the subject and to the model.
fn send_request(subject: &mut impl Subject, model: &mut Model, step: &Step) -> Option<(Action, String, i64)> {
    let now = model.now();
    match step {
        Step::Start { service, to } => {
            let answer = subject.start(*service, NUMBERS[*to]);
            let expected = model.start(*service, *to);
            assert_eq!(answer.as_ref().map(|_| ()), expected.as_ref().map(|_| ()), "{step:?}");
            let ((sid, status), code) = answer.ok()?;
            assert_eq!(status, Status::Pending);
            if let Some(open) = expected.ok()? {
                let resent = &model.verifications[open];
                assert_eq!((&sid, &code), (&resent.sid, &resent.code));
            } else {
                assert!(model.verifications.iter().all(|other| other.sid != sid), "a reused SID");
                model.add(*service, *to, sid.clone(), code);
            }
            Some((Action::Sent, sid, now))
        }
        Step::Check { target, guess } => {
            let (service, key, named) = model.resolve(*target)?;
            let code = model.code(*guess, named);
            let answer = subject.check(service, &key, &code);
            let status = answer.as_ref().map(|(_, status)| *status).map_err(|error| *error);
            assert_eq!(status, model.check(named, &code), "{step:?}");
            answer
                .ok()
                .map(|(sid, status)| (Action::Checked { is_approved: status == Status::Approved }, sid, now))
        }
        Step::End { target, status } => {
            let (service, key, named) = model.resolve(*target)?;
            let answer = subject.end(service, &key, *status);
            let new_status = answer.as_ref().map(|(_, status)| *status).map_err(|error| *error);
            assert_eq!(new_status, model.end(named, *status), "{step:?}");
            answer.ok().map(|(sid, _)| (Action::Ended, sid, now))
        }
        Step::Fetch { target } => {
            let (service, key, named) = model.resolve(*target)?;
            let answer = subject.fetch(service, &key).map(|(_, status)| status);
            assert_eq!(answer, model.fetch(named), "{step:?}");
            None
        }
        Step::Pass(_) | Step::Advance(_) | Step::Reset => None,
    }
}

fn assert_invariants(model: &Model, history: &History) {
    for (number, verification) in model.verifications.iter().enumerate() {
        let own: Vec<_> =
            history.iter().enumerate().filter(|(_, (_, sid, _))| *sid == verification.sid).collect();
        let count =
            |matches: fn(&Action) -> bool| own.iter().filter(|(_, (action, ..))| matches(action)).count();
        assert!(count(|action| *action == Action::Sent) <= 5, "a sixth send");
        assert!(count(|action| matches!(action, Action::Checked { .. })) <= 5, "a sixth check");
        assert!(count(|action| *action == Action::Checked { is_approved: true }) <= 1, "approved twice");
        let end = own.iter().position(|(_, (action, ..))| {
            matches!(action, Action::Checked { is_approved: true } | Action::Ended)
        });
        assert!(end.is_none_or(|end| end + 1 == own.len()), "a request after the end");
        let (_, (_, _, first)) = own[0];
        assert!(own.iter().all(|(_, (_, _, at))| (*first..first + 600).contains(at)), "after ten minutes");
        let newer = model.verifications[number + 1..]
            .iter()
            .find(|other| (other.service, other.to) == (verification.service, verification.to))
            .and_then(|newer| history.iter().position(|(_, sid, _)| *sid == newer.sid));
        let last = own.iter().map(|(index, _)| *index).max();
        assert!(newer.is_none_or(|newer| last < Some(newer)), "a request after a newer verification");
    }
}

mod tests {
    use super::*;

    const WRONG: Action = Action::Checked { is_approved: false };
    const RIGHT: Action = Action::Checked { is_approved: true };

    /// Checks the invariants of a history with two verifications of one number.
    fn check_history(actions: &[(Action, &str, i64)]) {
        let mut model = Model::default();
        for sid in ["VE0", "VE1"] {
            model.add(0, 0, sid.to_owned(), "123456".to_owned());
        }
        // Each verification needs its first send.
        let mut history = vec![(Action::Sent, "VE0".to_owned(), 0)];
        history.extend(actions.iter().map(|(action, sid, at)| (*action, (*sid).to_owned(), *at)));
        if !actions.iter().any(|(_, sid, _)| *sid == "VE1") {
            history.push((Action::Sent, "VE1".to_owned(), 0));
        }
        assert_invariants(&model, &history);
    }

    #[test]
    fn a_valid_history_violates_no_invariant() {
        check_history(&[
            (Action::Sent, "VE0", 1),
            (WRONG, "VE0", 2),
            (RIGHT, "VE0", 599),
            (Action::Sent, "VE1", 700),
        ]);
    }

    #[test]
    #[should_panic = "a sixth send"]
    fn six_sends() {
        check_history(&[(Action::Sent, "VE0", 0); 5]);
    }

    #[test]
    #[should_panic = "a sixth check"]
    fn six_checks() {
        check_history(&[(WRONG, "VE0", 0); 6]);
    }

    #[test]
    #[should_panic = "approved twice"]
    fn two_approvals() {
        check_history(&[(RIGHT, "VE0", 0); 2]);
    }

    #[test]
    #[should_panic = "after the end"]
    fn a_check_after_a_cancellation() {
        check_history(&[(Action::Ended, "VE0", 0), (WRONG, "VE0", 0)]);
    }

    #[test]
    #[should_panic = "after ten minutes"]
    fn a_check_after_ten_minutes() {
        check_history(&[(RIGHT, "VE0", 600)]);
    }

    #[test]
    #[should_panic = "after a newer verification"]
    fn a_check_of_a_superseded_verification() {
        check_history(&[(Action::Sent, "VE1", 0), (RIGHT, "VE0", 0)]);
    }
}
