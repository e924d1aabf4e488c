//! The project's source as text, for tests of the source itself.

use std::path::{Path, PathBuf};

/// A source file.
pub struct Source {
    /// The path from the project's root, such as `src/auth/login.rs`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// Every Rust file below a folder of the project.
    pub fn below(folder: &str) -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files);
        files.sort();
        let relative = |path: &PathBuf| path.strip_prefix(root).unwrap().display().to_string();
        let read =
            |path: &PathBuf| Self { path: relative(path), text: std::fs::read_to_string(path).unwrap() };
        files.iter().map(read).collect()
    }

    /// The code of the program: numbered lines without comments and without the tests at the end.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let before_tests = lines.take_while(|(_, line)| *line != "#[cfg(test)]" || !self.ends_with_tests());
        before_tests.map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
    }

    /// Modules that are compiled only for tests, by the path of their file or folder.
    pub fn test_modules(&self) -> Vec<String> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let lines: Vec<&str> = self.text.lines().collect();
        let tests = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
        let names = tests.filter_map(|pair| pair[1].strip_prefix("mod ")?.strip_suffix(';'));
        names.map(|name| format!("{folder}/{name}")).collect()
    }

    fn ends_with_tests(&self) -> bool {
        self.text.contains("#[cfg(test)]\nmod tests {")
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
