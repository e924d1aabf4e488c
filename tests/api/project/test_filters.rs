//! The filters of `cargo test` in the pages and in the steps of `.ci/run`. A filter that matches no test runs nothing.

use std::path::{Path, PathBuf};

use regex::Regex;

use crate::harness::Source;

/// The full names of all tests of `tests/api`, such as `flow::login::a_wrong_password_is_rejected`.
fn tests() -> Vec<String> {
    let test = Regex::new(r"#\[(?:\w+::)?test\b.*\]\n(?:\s*#\[.*\]\n)*\s*(?:async )?fn (\w+)").unwrap();
    let names_in = |source: Source| {
        let file = source.path.trim_start_matches("tests/api/").trim_end_matches(".rs");
        let module = file.trim_end_matches("/mod").replace('/', "::");
        let names = test.captures_iter(&source.text).map(|found| format!("{module}::{}", &found[1]));
        names.collect::<Vec<_>>()
    };
    Source::below("tests/api").into_iter().flat_map(names_in).collect()
}

/// The filters of the commands `cargo test --test api -- FILTER…` in a text.
fn filters(text: &str) -> Vec<&str> {
    let command = Regex::new(r"cargo test [^`\n]*--test api -- ([^`\n#;&|>]*)").unwrap();
    let arguments = command.captures_iter(text).filter_map(|found| found.get(1));
    let words = arguments.flat_map(|arguments| arguments.as_str().split_whitespace());
    words.filter(|word| !word.starts_with('-')).collect()
}

/// The pages of the project, and the steps of `.ci/run`.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = std::fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let folders = ["", "docs", "docs/decisions", "examples", ".ci/steps"].map(|folder| root.join(folder));
    let in_folder = |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.into_iter().chain(crates).flat_map(in_folder);
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "md" || extension == "sh"))
        .collect()
}

#[test]
fn every_filter_matches_a_test() {
    let tests = tests();
    let mut found = 0;
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        for filter in filters(&text) {
            found += 1;
            let matches = tests.iter().any(|test| test.contains(filter));
            assert!(matches, "{}: no test matches {filter}", file.display());
        }
    }
    // Without commands or tests, nothing would be checked.
    assert!(found > 5 && tests.len() > 300, "{found} filters, {} tests", tests.len());
}

#[test]
fn filters_are_read_from_commands() {
    let text = "`A=1 cargo test --test api -- one two::three --nocapture` runs\ncargo test --locked --test api -- four; b\n\
                cargo test --test api\n`cargo test -- five`";
    assert_eq!(filters(text), ["one", "two::three", "four"]);
}
