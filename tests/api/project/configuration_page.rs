//! `docs/configuration.md` is generated from `config/default.toml` and must match it.
//!
//! `UPDATE_PAGES=1 cargo test --test api -- configuration_page` writes the page.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::harness::{documented_settings, variable};

const INTRODUCTION: &str = "\
# Configuration

This page lists every setting with its default. It is generated from [`config/default.toml`](../config/default.toml);
edit that file instead.

## Where settings come from

Each source overrides the ones before it:

1. the defaults on this page; `countersign dev` starts from its own where the page says so;
2. a TOML file: `countersign serve --config countersign.toml`, in the form of `config/default.toml`;
3. a file `.env` in the working directory, with lines such as `COUNTERSIGN__SERVER__LISTEN=0.0.0.0:3000`;
4. environment variables of the same names;
5. command-line flags (`countersign serve --help`).

In a variable, commas separate the entries of a list: `COUNTERSIGN__CODES__REGIONS=US,CA`.

A setting marked \"Secret\" can come from a file. Append `_FILE` to the name of its variable and set it to the path:
`COUNTERSIGN__TOKENS__SECRET_FILE=/run/secrets/countersign`.

An unknown or misspelt setting is an error at start, and the message names it.
";

/// A part of `config/default.toml`.
enum Part {
    Section(String),
    Text(String),
    Setting { name: String, value: String, text: String },
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Reads the file. A comment directly above a setting describes it; any other comment stands for itself.
fn parts(file: &str) -> Vec<Part> {
    let (mut parts, mut comment) = (Vec::new(), String::new());
    for line in file.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix('#') {
            comment += if text.is_empty() { "\n\n" } else { text };
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            parts.push(Part::Section(name.to_owned()));
        } else if let Some((name, value)) = line.split_once(" = ") {
            let (name, value) = (name.to_owned(), value.to_owned());
            parts.push(Part::Setting { name, value, text: std::mem::take(&mut comment) });
        } else if !comment.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut comment)));
        }
    }
    parts
}

/// The paragraphs of a comment, with links to the other pages, in lines of at most 110 characters.
fn paragraphs(comment: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in comment.split("\n\n") {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let word = linked(word);
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 110 {
                lines.push(std::mem::take(&mut line));
            }
            let space = if line.is_empty() { "" } else { " " };
            write!(line, "{space}{word}").unwrap();
        }
        lines.extend([line, String::new()]);
    }
    lines.join("\n")
}

fn linked(word: &str) -> String {
    let Some((before, rest)) = word.split_once("docs/") else { return word.to_owned() };
    let Some((page, after)) = rest.split_once(".md") else { return word.to_owned() };
    format!("{before}[{page}.md]({page}.md){after}")
}

fn shown(value: &str) -> String {
    match value {
        "\"\"" | "[]" => "empty".to_owned(),
        other => format!("`{other}`"),
    }
}

fn page() -> String {
    let dev = documented_settings("dev.toml");
    let (mut page, mut section) = (INTRODUCTION.to_owned(), String::new());
    // The file's own introduction is left out: the page has another.
    for part in parts(&std::fs::read_to_string(root("config/default.toml")).unwrap()).into_iter().skip(1) {
        match part {
            Part::Section(name) => {
                write!(page, "\n## {name}\n").unwrap();
                section = name;
            }
            Part::Text(text) => write!(page, "\n{}", paragraphs(&text)).unwrap(),
            Part::Setting { name, value, text } => {
                let default = shown(&value);
                write!(page, "\n### {section}.{name}\n\nDefault: {default}").unwrap();
                let overridden = dev.iter().find(|(of, other, _)| (of, other) == (&section, &name));
                if let Some((.., value)) = overridden {
                    write!(page, "; in `dev`: `{value}`").unwrap();
                }
                let variable = variable(&section, &name);
                write!(page, "  \nVariable: `{variable}`\n\n{}", paragraphs(&text)).unwrap();
            }
        }
    }
    page
}

#[test]
fn the_page_is_fresh() {
    let (path, page) = (root("docs/configuration.md"), page());
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "docs/configuration.md is stale: UPDATE_PAGES=1 cargo test --test api -- configuration_page"
    );
}

#[test]
fn every_setting_has_a_text() {
    let file = std::fs::read_to_string(root("config/default.toml")).unwrap();
    let settings = parts(&file).into_iter().filter_map(|part| match part {
        Part::Setting { name, text, .. } => Some((name, text)),
        Part::Section(_) | Part::Text(_) => None,
    });
    let bare: Vec<_> = settings.filter(|(_, text)| text.trim().is_empty()).map(|(name, _)| name).collect();
    assert!(bare.is_empty(), "settings without a comment directly above them: {bare:?}");
}
