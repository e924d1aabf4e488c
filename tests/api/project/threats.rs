//! The ids of `docs/threats.md` against the tests and the steps of `.ci/run` that name them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

use crate::harness::Source;

/// The column "checked by" of each id on the page.
fn rows_of(page: &str) -> Vec<(String, String)> {
    let row = Regex::new(r"(?m)^\| ([abc]\d+b?) \|.*\| ([^|]+) \|$").unwrap();
    row.captures_iter(page).map(|row| (row[1].to_owned(), row[2].to_owned())).collect()
}

/// The ids that a file names, or the line that has another form than `/// Threats: a30, b29.` or `# Threats: a30.`
fn ids_in(text: &str) -> Result<Vec<&str>, &str> {
    let form = Regex::new(r"^(?:///|#) Threats: ([abc]\d+b?(?:, [abc]\d+b?)*)\.$").unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut ids = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if !line.starts_with("/// Threats") && !line.starts_with("# Threats") {
            continue;
        }
        let found = form.captures(line).ok_or(*line)?;
        // The line stands directly above the attribute of a test.
        let is_above_a_test = lines.get(index + 1).is_some_and(|next| next.starts_with("#["));
        if line.starts_with("///") && !is_above_a_test {
            return Err(line);
        }
        ids.extend(found.get(1).unwrap().as_str().split(", "));
    }
    Ok(ids)
}

/// What does not agree between the page, the tests, and the steps of `.ci/run`. Files are pairs of path and text.
fn mistakes(page: &str, tests: &[(String, String)], steps: &[(String, String)]) -> Vec<String> {
    let mut mistakes = Vec::new();
    let mut checks = BTreeMap::new();
    for (id, check) in rows_of(page) {
        let is_known = check == "test" || check == "gate" || check.starts_with("not tested: ");
        if !is_known || checks.insert(id.clone(), check).is_some() {
            mistakes.push(format!("{id} is on the page twice, or its last column is unknown"));
        }
    }
    let mut named = BTreeSet::new();
    for (kind, files) in [("test", tests), ("gate", steps)] {
        for (path, text) in files {
            match ids_in(text) {
                Ok(ids) => named.extend(ids.into_iter().map(|id| (kind, path.as_str(), id))),
                Err(line) => mistakes.push(format!("{path}: {line:?} has the wrong form or place")),
            }
        }
    }
    for (_, path, id) in &named {
        match checks.get(*id) {
            None => mistakes.push(format!("{path} names {id}, which is not on the page")),
            Some(check) if check.starts_with("not tested") => {
                mistakes.push(format!("{path} names {id}, which the page calls {check:?}"));
            }
            Some(_) => {}
        }
    }
    for (id, check) in checks.iter().filter(|(_, check)| !check.starts_with("not tested")) {
        if !named.iter().any(|(kind, _, other)| kind == check && other == id) {
            mistakes.push(format!("{id}: the page says {check:?}, but none names it"));
        }
    }
    mistakes
}

#[test]
fn page_tests_and_gates_name_the_same_threats() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/threats.md")).unwrap();
    let sources = ["src", "crates", "tests"].into_iter().flat_map(Source::below);
    let tests: Vec<_> = sources.map(|source| (source.path, source.text)).collect();
    let steps = std::fs::read_dir(root.join(".ci/steps")).unwrap().map(|step| step.unwrap().path());
    let steps: Vec<_> =
        steps.map(|step| (step.display().to_string(), std::fs::read_to_string(&step).unwrap())).collect();
    let mistakes = mistakes(&page, &tests, &steps);
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    // A page or a folder that was not read would have no mistakes, either.
    assert!(rows_of(&page).len() > 100 && tests.len() > 300 && steps.len() > 5);
}

#[test]
fn planted_mistakes_are_found() {
    const PAGE: &str = "| id | what | checked by |\n|---|---|---|\n| a1 | One. | test |\n| b2 | Two. | gate |\n\
                        | c5b | Three. | not tested: no cookies |\n";
    let found = |test: &str, step: &str| {
        let tests = [("a.rs".to_owned(), format!("    {test}\n    #[test]\n"))];
        mistakes(PAGE, &tests, &[("a.sh".to_owned(), format!("{step}\n"))])
    };
    assert_eq!(found("/// Threats: a1.", "# Threats: b2."), Vec::<String>::new());
    for (test, step, word) in [
        ("/// Threats: a1, a999.", "# Threats: b2.", "a999, which is not on the page"),
        ("/// Threats: a1.", "# Threats: b2, b3.", "b3, which is not on the page"),
        ("/// Threats: a1, c5b.", "# Threats: b2.", "c5b, which the page calls"),
        ("/// Threats: b2.", "# Threats: b2.", "a1: the page says \"test\""),
        ("/// Threats: a1, b2.", "#", "b2: the page says \"gate\""),
        ("/// Threats: a1", "# Threats: b2.", "wrong form"),
        ("/// Threats: a1 and b2.", "# Threats: b2.", "wrong form"),
        ("/// Threats: a1.\n", "# Threats: b2.", "wrong form or place"),
    ] {
        let mistakes = found(test, step);
        assert!(mistakes.iter().any(|mistake| mistake.contains(word)), "{test} {step}: {mistakes:?}");
    }
    let twice = format!("{PAGE}| a1 | Again. | test |\n");
    assert!(mistakes(&twice, &[], &[])[0].contains("twice"));
    let unknown = PAGE.replace("| test |", "| tested |");
    assert!(mistakes(&unknown, &[], &[])[0].contains("unknown"));
}
