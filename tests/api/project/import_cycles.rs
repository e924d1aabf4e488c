//! Reads the imports of every file: no two files need each other, and no folder is too full.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree, Visibility};

use crate::harness::Source;

/// The most Rust files that a folder holds side by side.
const MAX_FILES: usize = 25;

/// The crates, by the folder of their sources. The program's commands see the library as a crate of its own.
const CRATES: [&str; 7] = [
    "crates/argon2id/src",
    "crates/clock/src",
    "crates/storage/src",
    "crates/twilio-verify-sandbox/src",
    "crates/twilio-verify/src",
    "src/commands",
    "src",
];

/// The path of a module or an item from its crate's root, such as `["auth", "login"]`.
type Path = Vec<String>;

/// What one file imports and what it re-exports under another path.
#[derive(Default)]
struct Imports {
    module: Path,
    /// The modules of the crate: a path may begin with a child module's name.
    modules: BTreeSet<Path>,
    used: BTreeSet<Path>,
    re_exported: BTreeMap<Path, Path>,
    /// How many inline modules surround the place.
    depth: usize,
}

impl Imports {
    /// Resolves a path to one from the crate's root; `None` for a path into another crate.
    fn resolve(&self, path: &[String]) -> Option<Path> {
        let ups = path.iter().take_while(|name| *name == "super").count();
        let outside_inline = ups.checked_sub(self.depth).filter(|_| ups > 0);
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([&self.module, &path[1..]].concat()),
            "super" => {
                let kept = self.module.len().checked_sub(outside_inline.unwrap_or(0))?;
                Some([&self.module[..kept], &path[ups..]].concat())
            }
            child => {
                let absolute = [&self.module, path].concat();
                let is_child = self.modules.contains(&[&self.module[..], &[child.to_owned()]].concat());
                is_child.then_some(absolute)
            }
        }
    }

    fn add(&mut self, is_re_export: bool, name: &str, path: &[String]) {
        let Some(absolute) = self.resolve(path) else { return };
        if is_re_export {
            self.re_exported.insert([&self.module[..], &[name.to_owned()]].concat(), absolute.clone());
        }
        // A folder's `mod.rs` that re-exports from its own files does not need them.
        if !is_re_export || !absolute.starts_with(&self.module) {
            self.used.insert(absolute);
        }
    }

    fn add_tree(&mut self, is_re_export: bool, prefix: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add_tree(is_re_export, &with(&path.ident), &path.tree),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_tree(is_re_export, prefix, tree));
            }
            UseTree::Name(name) if name.ident == "self" => self.add(is_re_export, "self", prefix),
            UseTree::Name(name) => self.add(is_re_export, &name.ident.to_string(), &with(&name.ident)),
            UseTree::Rename(rename) => {
                self.add(is_re_export, &rename.rename.to_string(), &with(&rename.ident));
            }
            UseTree::Glob(_) => self.add(false, "*", prefix),
        }
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(module) if is_for_tests(&module.attrs) => {}
            Item::Mod(module) if module.content.is_some() => {
                self.depth += 1;
                visit::visit_item_mod(self, module);
                self.depth -= 1;
            }
            Item::Use(import) if is_for_tests(&import.attrs) => {}
            Item::Use(import) => {
                let is_re_export = !matches!(import.vis, Visibility::Inherited);
                self.add_tree(is_re_export, &[], &import.tree);
            }
            Item::Fn(function) if is_for_tests(&function.attrs) => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Path = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 && (names[0] == "crate" || names[0] == "super") {
            self.add(false, "", &names);
        }
        visit::visit_path(self, path);
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

/// `auth/login.rs` is `["auth", "login"]`, `auth/mod.rs` is `["auth"]`, `lib.rs` is the root.
fn module_of(file: &str) -> Path {
    let names = file.trim_end_matches(".rs").split('/').map(str::to_owned);
    names.filter(|name| !matches!(name.as_str(), "mod" | "lib" | "main")).collect()
}

/// The modules that each module of a crate imports. `files`: their paths below the crate's `src`, and their text.
fn graph(files: &[(String, String)]) -> BTreeMap<Path, BTreeSet<Path>> {
    let modules: BTreeSet<Path> = files.iter().map(|(file, _)| module_of(file)).collect();
    let all: Vec<Imports> = files
        .iter()
        .map(|(file, text)| {
            let mut imports =
                Imports { module: module_of(file), modules: modules.clone(), ..Imports::default() };
            imports.visit_file(&syn::parse_file(text).unwrap());
            imports
        })
        .collect();
    let re_exported: BTreeMap<Path, Path> =
        all.iter().flat_map(|imports| imports.re_exported.clone()).collect();
    let module_of_item = |item: &Path| {
        let mut item = item.clone();
        while let Some(original) = re_exported.get(&item).filter(|original| **original != item) {
            item.clone_from(original);
        }
        while !modules.contains(&item) && item.pop().is_some() {}
        item
    };
    let imported = |imports: &Imports| imports.used.iter().map(module_of_item).collect::<BTreeSet<_>>();
    all.iter()
        .map(|imports| {
            let mut others = imported(imports);
            others.remove(&imports.module);
            (imports.module.clone(), others)
        })
        .collect()
}

/// Modules that import each other in a circle, if there are any.
fn cycle(graph: &BTreeMap<Path, BTreeSet<Path>>) -> Option<Vec<String>> {
    fn walk<'a>(
        module: &'a Path,
        graph: &'a BTreeMap<Path, BTreeSet<Path>>,
        trail: &mut Vec<&'a Path>,
        done: &mut BTreeSet<&'a Path>,
    ) -> Option<Vec<String>> {
        if let Some(start) = trail.iter().position(|other| *other == module) {
            return Some(trail[start..].iter().map(|module| module.join("::")).collect());
        }
        if done.contains(module) {
            return None;
        }
        trail.push(module);
        let found = graph[module].iter().find_map(|other| walk(other, graph, trail, done));
        trail.pop();
        done.insert(module);
        found
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|module| walk(module, graph, &mut Vec::new(), &mut done))
}

/// The files of a crate that are compiled into the program.
fn files_of(root: &str) -> Vec<(String, String)> {
    let sources = Source::below(root);
    let tests: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    let is_test = |path: &str| {
        tests.iter().any(|test| path == format!("{test}.rs") || path.starts_with(&format!("{test}/")))
    };
    let is_of_another =
        |path: &str| root == "src" && (path.starts_with("src/commands/") || path == "src/main.rs");
    let own = sources.into_iter().filter(|source| !is_test(&source.path) && !is_of_another(&source.path));
    own.map(|source| (source.path[root.len() + 1..].to_owned(), source.text)).collect()
}

#[test]
fn no_files_import_each_other() {
    for root in CRATES {
        let graph = graph(&files_of(root));
        assert!(
            graph.len() == 1 || graph.values().any(|imported| !imported.is_empty()),
            "{root}: nothing read"
        );
        assert_eq!(cycle(&graph), None, "files of {root} import each other");
    }
}

#[test]
fn a_planted_cycle_is_found() {
    let cycle_of = |files: &[(&str, &str)]| {
        let files: Vec<(String, String)> =
            files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        cycle(&graph(&files))
    };
    let root = ("lib.rs", "mod a; mod b; pub use a::A;");
    let a_imports_b = ("a.rs", "use crate::b::B; pub struct A;");
    for back in [
        "use super::a::A;",
        "use crate::{a::{A as Other}};",
        "use crate::A;",
        "use super::a;",
        "use crate::a::*;",
        "mod inner { use super::super::a::A; }",
        "fn f() { crate::a::g() }",
        "fn f() -> super::a::A { todo!() }",
    ] {
        assert!(cycle_of(&[root, a_imports_b, ("b.rs", back)]).is_some(), "{back}");
    }
    for fine in [
        "use std::a::A;",
        "pub struct B;",
        "#[cfg(test)] mod tests { use crate::a::A; }",
        "mod inner { use super::B; }",
    ] {
        assert_eq!(cycle_of(&[root, a_imports_b, ("b.rs", fine)]), None, "{fine}");
    }
    let child = ("a/c.rs", "use super::A;");
    assert!(cycle_of(&[root, ("a/mod.rs", "mod c; use c::C; pub struct A;"), child]).is_some());
    assert_eq!(cycle_of(&[root, ("a/mod.rs", "mod c; pub use c::C; pub struct A;"), child]), None);
}

#[test]
fn no_folder_is_too_full() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for source in ["src", "crates", "tests", "benches"].into_iter().flat_map(Source::below) {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        *counts.entry(folder).or_default() += 1;
    }
    counts.retain(|_, count| *count > MAX_FILES);
    assert!(counts.is_empty(), "more than {MAX_FILES} files: {counts:?}");
}
