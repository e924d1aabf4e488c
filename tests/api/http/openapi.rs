//! The OpenAPI document: up to date, complete, and usable by client generators.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Server, Source, TempDir, document, resolved, run, schema_faults};

/// An operation of the document.
struct Operation {
    id: &'static str,
    method: &'static str,
    it: &'static Value,
}

fn operations() -> Vec<Operation> {
    let items = document()["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap());
    let id = |it: &'static Value| it["operationId"].as_str().expect("an operationId");
    operations.map(|(method, it)| Operation { id: id(it), method, it }).collect()
}

impl Operation {
    fn responses(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        self.it["responses"].as_object().unwrap().iter().map(|(status, response)| (status.as_str(), response))
    }

    /// Every request and response body: its name, media type and description.
    fn contents(&self) -> Vec<(String, &'static str, &'static Value)> {
        let bodies = std::iter::once(("request", &self.it["requestBody"])).chain(self.responses());
        let contents = bodies.flat_map(|(what, body)| {
            let content = body["content"].as_object().into_iter().flatten();
            content.map(move |(media_type, content)| {
                (format!("{} {what}", self.id), media_type.as_str(), content)
            })
        });
        contents.collect()
    }
}

/// Calls `visit` with every schema and its location, from the components down.
fn each_schema(visit: &mut impl FnMut(&str, &Value)) {
    fn descend(at: &str, schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
        visit(at, schema);
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            descend(&format!("{at}.{name}"), property, visit);
        }
        if let Some(items) = schema.get("items") {
            descend(&format!("{at}[]"), items, visit);
        }
    }
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        descend(name, schema, visit);
    }
    for (name, header) in document()["components"]["headers"].as_object().unwrap() {
        descend(name, &header["schema"], visit);
    }
}

fn printed(arguments: &[&str]) -> String {
    let output = run(TempDir::new().path(), arguments, &[]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn committed_document_is_what_the_program_prints() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    // A diff of two documents by `assert_eq!` would be unreadable.
    assert!(
        committed == printed(&["openapi"]),
        "openapi/openapi.json is stale; read the diff of: cargo run -- openapi > openapi/openapi.json"
    );
}

#[tokio::test]
async fn server_serves_the_committed_document() {
    let server = Server::dev().await;
    let served = server.get("/openapi.json").await.expect(200);
    assert_eq!(&served.body, document());
    assert_eq!(served.header("content-type"), "application/json");
}

#[test]
fn every_operation_has_a_description_and_a_security_scheme() {
    assert_eq!(document()["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    let mut summaries = BTreeSet::new();
    let tags: Vec<&Value> = document()["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    for Operation { id, it, .. } in operations() {
        assert!(ids.insert(id), "{id} twice");
        assert!(
            summaries.insert(it["summary"].as_str().expect(id)),
            "{id}: another operation has the same summary"
        );
        assert!(!it["description"].as_str().expect(id).is_empty(), "{id}");
        assert!(tags.contains(&&it["tags"][0]), "{id}");
        for requirement in it["security"].as_array().expect(id) {
            let scheme = requirement.as_object().unwrap().keys().next().unwrap();
            let scheme = &document()["components"]["securitySchemes"][scheme];
            assert_eq!((&scheme["type"], &scheme["scheme"]), (&"http".into(), &"bearer".into()), "{id}");
        }
    }
    let schemes: Vec<&String> =
        document()["components"]["securitySchemes"].as_object().unwrap().keys().collect();
    assert_eq!(schemes, ["password_ok", "access"]);
    // Generators use one namespace for both: a schema `Login` would collide with an operation `login`.
    for schema in document()["components"]["schemas"].as_object().unwrap().keys() {
        assert!(!ids.iter().any(|id| id.eq_ignore_ascii_case(schema)), "{schema}");
    }
}

#[test]
fn every_body_has_a_valid_example() {
    let mut seen = 0;
    for operation in operations() {
        let has_body = operation.it.get("requestBody").is_some();
        // A DELETE may have a body.
        assert!(operation.method == "delete" || has_body == (operation.method != "get"), "{}", operation.id);
        for (what, media_type, content) in operation.contents() {
            let is_problem = what.ends_with(|digit: char| digit.is_ascii_digit()) && !what.contains(" 2");
            let expected = if is_problem { "application/problem+json" } else { "application/json" };
            assert_eq!(media_type, expected, "{what}");
            let examples = content["examples"].as_object().unwrap();
            assert!(!examples.is_empty(), "{what} has no example");
            for (name, example) in examples {
                assert!(!example["summary"].as_str().unwrap().is_empty(), "{what} {name}");
                let faults = schema_faults(&example["value"], &content["schema"]);
                assert!(faults.is_empty(), "{what} {name}: {faults:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 80, "only {seen} examples");
}

#[test]
fn validation_examples_name_fields_of_their_operation() {
    let mut seen = 0;
    for operation in operations() {
        let example =
            "/responses/422/content/application~1problem+json/examples/validation_failed/value/errors";
        let Some(errors) = operation.it.pointer(example) else { continue };
        let request = resolved(&operation.it["requestBody"]["content"]["application/json"]["schema"]);
        assert!(!errors.as_array().unwrap().is_empty(), "{}", operation.id);
        for error in errors.as_array().unwrap() {
            let field = error["pointer"].as_str().unwrap().strip_prefix('/').unwrap();
            assert!(request["properties"].get(field).is_some(), "{} has no {field}", operation.id);
            seen += 1;
        }
    }
    assert!(seen >= 9, "only {seen}");
}

#[test]
fn every_problem_is_an_example_under_its_code() {
    let known = &document()["components"]["schemas"]["ErrorCode"]["enum"];
    let mut documented = BTreeSet::new();
    for operation in operations() {
        for (status, response) in operation.responses() {
            let examples = response["content"]["application/problem+json"]["examples"].as_object();
            assert_eq!(examples.is_some(), !status.starts_with('2'), "{} {status}", operation.id);
            for (code, example) in examples.into_iter().flatten() {
                let problem = &example["value"];
                assert_eq!(
                    (&problem["code"], problem["status"].to_string()),
                    (&code.as_str().into(), status.into())
                );
                assert!(known.as_array().unwrap().contains(&problem["code"]), "{code}");
                documented.insert(code.as_str());
            }
        }
        assert!(operation.it["responses"].get("500").is_some(), "{}", operation.id);
    }
    // The rest: unknown paths have no operation.
    let undocumented: Vec<&str> = known
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap())
        .filter(|code| !documented.contains(code))
        .collect();
    assert_eq!(undocumented, ["method_not_allowed"]);
}

/// Each documented error code appears in a test. `expect_problem` names it.
#[test]
fn every_documented_code_is_provoked_by_a_test() {
    let tests: Vec<Source> =
        Source::below("tests/api").into_iter().filter(|test| !test.path.ends_with("openapi.rs")).collect();
    for operation in operations() {
        for (_, response) in operation.responses() {
            for code in
                response["content"]["application/problem+json"]["examples"].as_object().into_iter().flatten()
            {
                let named = format!("\"{}\"", code.0);
                assert!(tests.iter().any(|test| test.text.contains(&named)), "no test provokes {named}");
            }
        }
    }
}

#[test]
fn document_avoids_what_breaks_generated_clients() {
    let text = document().to_string();
    for word in
        ["\"null\"", "\"oneOf\"", "\"anyOf\"", "\"allOf\"", "\"const\"", "\"not\"", "\"if\"", "\"nullable\""]
    {
        assert!(!text.contains(word), "{word}");
    }
    for operation in operations() {
        for (what, _, content) in operation.contents() {
            assert!(content["schema"]["$ref"].is_string(), "{what} has a schema without a name");
        }
    }
    each_schema(&mut |at, schema| {
        let is_component = !at.contains(['.', '[']);
        let is_named = schema.get("$ref").is_some();
        let target = resolved(schema);
        let needs_name = target["type"] == "object" || target.get("enum").is_some();
        assert!(!needs_name || is_component || is_named, "{at} has no name");
        // Requests reject unknown fields. Answers may get new ones.
        let closed = target["additionalProperties"] == false;
        if is_component && target["type"] == "object" {
            assert_eq!(closed, at.ends_with("Request"), "{at}");
        }
    });
}

#[test]
fn every_schema_has_bounds() {
    each_schema(&mut |at, schema| {
        let has = |keyword: &str| schema.get(keyword).is_some();
        match schema["type"].as_str() {
            Some("string") => {
                let bounded = has("maxLength")
                    || has("enum")
                    || schema["format"] == "date-time"
                    || schema["format"] == "uuid";
                assert!(bounded, "{at} may be of any length");
            }
            Some("integer") => {
                assert!(has("minimum") && has("maximum"), "{at} may be any number");
                assert_eq!(schema["format"], "int32", "{at}: some languages have no larger type");
            }
            Some("array") => assert!(has("maxItems") && has("items"), "{at} may be of any length"),
            Some("object" | "boolean") => {}
            None => assert!(has("$ref"), "{at} may be anything"),
            Some(other) => panic!("{at} is a {other}"),
        }
    });
}

#[test]
fn document_for_3_0_differs_only_in_the_version() {
    let mut twin: Value = serde_json::from_str(&printed(&["openapi", "--oas", "3.0"])).unwrap();
    assert_eq!(twin["openapi"], "3.0.3");
    // Version 3.0 has no SPDX identifier and allows no siblings of a reference.
    let mut expected = without_siblings(document().clone());
    expected["openapi"] = "3.0.3".into();
    let license = expected["info"]["license"].as_object_mut().unwrap();
    assert_eq!(license.remove("identifier").unwrap(), "MIT OR Apache-2.0");
    assert!(twin["info"]["license"].as_object_mut().unwrap().remove("url").is_some());
    assert_eq!(twin, expected);
}

fn without_siblings(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let is_reference = members.contains_key("$ref");
            let kept = members.into_iter().filter(|(name, _)| !is_reference || name == "$ref");
            kept.map(|(name, value)| (name, without_siblings(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_siblings).collect(),
        other => other,
    }
}
