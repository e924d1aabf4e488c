//! Plays steps against a subject, compares each answer with the model's, and then holds the subject to its promises by
//! what it answered alone, so that they do not rest on the model.

use super::Status;
use super::verification_model::{Model, NUMBERS, Step, Subject};

/// What the subject said that it did.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Sent,
    Looked { approved: bool },
    Ended,
}

/// A deed, the SID that the subject named, and what the clock showed.
type History = Vec<(Deed, String, i64)>;

/// Plays the steps. Panics where an answer is not the model's or a promise is broken.
pub(crate) fn play(subject: &mut impl Subject, steps: &[Step]) {
    let (mut model, mut history) = (Model::default(), History::new());
    for step in steps {
        match step {
            Step::Pass(seconds) => subject.pass(*seconds),
            Step::Advance(seconds) => subject.advance(*seconds),
            Step::Reset => subject.reset(),
            _ => {
                history.extend(ask(subject, &mut model, step));
                continue;
            }
        }
        model.turn(step);
    }
    hold(&model, &history);
}

/// One request, to the subject and to the model.
fn ask(subject: &mut impl Subject, model: &mut Model, step: &Step) -> Option<(Deed, String, i64)> {
    let now = model.now();
    match step {
        Step::Start { service, to } => {
            let told = subject.start(*service, NUMBERS[*to]);
            let expected = model.start(*service, *to);
            assert_eq!(told.as_ref().map(|_| ()), expected.as_ref().map(|_| ()), "{step:?}");
            let ((sid, status), code) = told.ok()?;
            assert_eq!(status, Status::Pending);
            match expected.ok()? {
                Some(open) => assert_eq!((&sid, &code), (&model.begun[open].sid, &model.begun[open].code)),
                None => {
                    assert!(model.begun.iter().all(|begun| begun.sid != sid), "a SID of old");
                    model.begin(*service, *to, sid.clone(), code);
                }
            }
            Some((Deed::Sent, sid, now))
        }
        Step::Check { target, guess } => {
            let (service, key, named) = model.aim(*target)?;
            let code = model.code(*guess, named);
            let told = subject.check(service, &key, &code);
            let status = told.as_ref().map(|(_, status)| *status).map_err(|refusal| *refusal);
            assert_eq!(status, model.check(named, &code), "{step:?}");
            told.ok().map(|(sid, status)| (Deed::Looked { approved: status == Status::Approved }, sid, now))
        }
        Step::End { target, status } => {
            let (service, key, named) = model.aim(*target)?;
            let told = subject.end(service, &key, *status);
            let told_status = told.as_ref().map(|(_, status)| *status).map_err(|refusal| *refusal);
            assert_eq!(told_status, model.end(named, *status), "{step:?}");
            told.ok().map(|(sid, _)| (Deed::Ended, sid, now))
        }
        Step::Fetch { target } => {
            let (service, key, named) = model.aim(*target)?;
            let told = subject.fetch(service, &key).map(|(_, status)| status);
            assert_eq!(told, model.fetch(named), "{step:?}");
            None
        }
        Step::Pass(_) | Step::Advance(_) | Step::Reset => None,
    }
}

/// The promises.
fn hold(model: &Model, history: &History) {
    for (number, begun) in model.begun.iter().enumerate() {
        let mine: Vec<_> = history.iter().enumerate().filter(|(_, (_, sid, _))| *sid == begun.sid).collect();
        let count = |wanted: fn(&Deed) -> bool| mine.iter().filter(|(_, (deed, ..))| wanted(deed)).count();
        assert!(count(|deed| *deed == Deed::Sent) <= 5, "a sixth send");
        assert!(count(|deed| matches!(deed, Deed::Looked { .. })) <= 5, "a sixth check was looked at");
        assert!(count(|deed| *deed == Deed::Looked { approved: true }) <= 1, "a code was accepted twice");
        let closed = mine
            .iter()
            .position(|(_, (deed, ..))| matches!(deed, Deed::Looked { approved: true } | Deed::Ended));
        assert!(closed.is_none_or(|closed| closed + 1 == mine.len()), "something came after the end");
        let (_, (_, _, first)) = mine[0];
        assert!(mine.iter().all(|(_, (_, _, at))| (*first..first + 600).contains(at)), "after ten minutes");
        let newer = model.begun[number + 1..]
            .iter()
            .find(|other| (other.service, other.to) == (begun.service, begun.to))
            .and_then(|newer| history.iter().position(|(_, sid, _)| *sid == newer.sid));
        let last = mine.iter().map(|(index, _)| *index).max();
        assert!(newer.is_none_or(|newer| last < Some(newer)), "an old one lived on beside a new one");
    }
}

mod tests {
    use super::*;

    /// The promises of a subject that did this to two verifications of one number.
    fn promises(deeds: &[(Deed, &str, i64)]) {
        let mut model = Model::default();
        for sid in ["VE0", "VE1"] {
            model.begin(0, 0, sid.to_owned(), "123456".to_owned());
        }
        // A look at the first of a subject's verifications needs its sending.
        let mut history = vec![(Deed::Sent, "VE0".to_owned(), 0)];
        history.extend(deeds.iter().map(|(deed, sid, at)| (*deed, (*sid).to_owned(), *at)));
        if !deeds.iter().any(|(_, sid, _)| *sid == "VE1") {
            history.push((Deed::Sent, "VE1".to_owned(), 0));
        }
        hold(&model, &history);
    }

    const WRONG: Deed = Deed::Looked { approved: false };
    const RIGHT: Deed = Deed::Looked { approved: true };

    #[test]
    fn what_is_allowed_breaks_no_promise() {
        promises(&[(Deed::Sent, "VE0", 1), (WRONG, "VE0", 2), (RIGHT, "VE0", 599), (Deed::Sent, "VE1", 700)]);
    }

    #[test]
    #[should_panic = "a sixth send"]
    fn six_sends() {
        promises(&[(Deed::Sent, "VE0", 0); 5]);
    }

    #[test]
    #[should_panic = "a sixth check"]
    fn six_checks() {
        promises(&[(WRONG, "VE0", 0); 6]);
    }

    #[test]
    #[should_panic = "accepted twice"]
    fn two_approvals() {
        promises(&[(RIGHT, "VE0", 0); 2]);
    }

    #[test]
    #[should_panic = "after the end"]
    fn a_check_after_a_cancellation() {
        promises(&[(Deed::Ended, "VE0", 0), (WRONG, "VE0", 0)]);
    }

    #[test]
    #[should_panic = "after ten minutes"]
    fn a_late_code() {
        promises(&[(RIGHT, "VE0", 600)]);
    }

    #[test]
    #[should_panic = "an old one lived on"]
    fn a_code_of_old() {
        promises(&[(Deed::Sent, "VE1", 0), (RIGHT, "VE0", 0)]);
    }
}
