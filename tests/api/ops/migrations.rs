//! The migrations: against `schema.rs`, against each other, and eight of them in parallel.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;

use storage::{DatabaseUrl, Db, Error, EventRows, Id, Settings, Timestamp, activities, users};

use crate::harness::{Database, Launch, Person, Server, TempDir, migrations, run};

/// Tables, their columns, and the types of the columns.
type Schema = BTreeMap<String, BTreeMap<String, String>>;

/// The tables of `schema.rs`. It is read as text because its types are private.
fn schema_of_the_source() -> Schema {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/storage/src/schema.rs"))
        .unwrap();
    let mut schema = Schema::new();
    let mut table = String::new();
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_suffix(" {").and_then(|line| line.split_once(" (")) {
            table = name.to_owned();
        } else if let Some((column, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            schema.entry(table.clone()).or_default().insert(column.to_owned(), kind.to_owned());
        }
    }
    schema
}

/// The name of a type of `schema.rs` on a database.
fn on_database(kind: &str, is_postgres: bool) -> String {
    let (inner, null) = match kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>')) {
        Some(inner) => (inner, "NULL"),
        None => (kind, "NOT NULL"),
    };
    let name = match (inner, is_postgres) {
        ("Uuid", true) => "uuid",
        ("Timestamptz", true) => "timestamp with time zone",
        ("Int4", true) => "integer",
        ("Int8", true) => "bigint",
        ("Text", true) => "text",
        ("Bytea", true) => "bytea",
        ("Uuid" | "Bytea", false) => "BLOB",
        ("Timestamptz" | "Int4" | "Int8", false) => "INTEGER",
        ("Text", false) => "TEXT",
        (other, _) => panic!("unknown type {other}"),
    };
    format!("{name} {null}")
}

const SQLITE_COLUMNS: &str = "SELECT json_group_array(json_array(t.name, c.name, c.type || CASE c.\"notnull\" WHEN 1 \
    THEN ' NOT NULL' ELSE ' NULL' END)) FROM sqlite_schema t, pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const POSTGRES_COLUMNS: &str = "SELECT coalesce(json_agg(json_build_array(table_name, column_name, data_type || CASE \
    is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE ' NULL' END)), '[]') FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";

async fn schema_of(database: &Database) -> Schema {
    let query = if database.is_postgres() { POSTGRES_COLUMNS } else { SQLITE_COLUMNS };
    let rows: Vec<[String; 3]> = serde_json::from_str(&database.value(query).await).unwrap();
    let mut schema = Schema::new();
    for [table, column, kind] in rows {
        schema.entry(table).or_default().insert(column, kind);
    }
    schema
}

/// The unique indexes of `users` that the migrations named.
async fn unique_indexes(database: &Database) -> BTreeSet<String> {
    let query = if database.is_postgres() {
        "SELECT json_agg(indexname) FROM pg_indexes WHERE tablename = 'users' AND indexdef LIKE '%UNIQUE%' \
                 AND indexname NOT LIKE '%pkey'"
    } else {
        "SELECT json_group_array(name) FROM pragma_index_list('users') WHERE \"unique\" AND origin = 'c'"
    };
    serde_json::from_str(&database.value(query).await).unwrap()
}

async fn migrated(directory: &TempDir) -> Database {
    let database = Database::fresh(directory.path()).await;
    migrate(directory, &database);
    database
}

fn migrate(directory: &TempDir, database: &Database) {
    let output = run(directory.path(), &["migrate", "--database-url", &database.url()], &[]);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
}

#[tokio::test]
async fn migrations_create_the_schema_of_the_source() {
    let directory = TempDir::new();
    let database = migrated(&directory).await;
    let is_postgres = database.is_postgres();
    let expected: Schema = schema_of_the_source()
        .into_iter()
        .map(|(table, columns)| {
            let columns = columns.into_iter().map(|(name, kind)| (name, on_database(&kind, is_postgres)));
            (table, columns.collect())
        })
        .collect();
    assert_eq!(expected.len(), 12);
    assert_eq!(schema_of(&database).await, expected);
}

#[tokio::test]
async fn unique_indexes_have_the_names_of_the_source() {
    let directory = TempDir::new();
    let database = migrated(&directory).await;
    let known = [users::EMAIL_KEY, users::PHONE_NUMBER_KEY, users::USERNAME_KEY].map(str::to_owned);
    assert_eq!(unique_indexes(&database).await, BTreeSet::from(known));
}

#[test]
fn both_databases_have_the_same_migrations() {
    let of =
        |backend| migrations().into_iter().filter(|sql| sql.backend == backend).map(|sql| sql.name).collect();
    let (sqlite, postgres): (Vec<String>, Vec<String>) = (of("sqlite"), of("postgres"));
    assert_eq!(sqlite, postgres);
    assert!(!sqlite.is_empty());
}

#[tokio::test]
async fn down_undoes_up() {
    let directory = TempDir::new();
    let database = Database::fresh(directory.path()).await;
    let backend = if database.is_postgres() { "postgres" } else { "sqlite" };
    let migrations: Vec<_> = migrations().into_iter().filter(|sql| sql.backend == backend).collect();
    // The second round shows that the first one left nothing behind.
    for _ in 0..2 {
        for sql in &migrations {
            database.execute(&sql.up).await;
        }
        assert!(!schema_of(&database).await.is_empty());
        for sql in migrations.iter().rev() {
            database.execute(&sql.down).await;
        }
        assert_eq!(schema_of(&database).await, Schema::new());
        let left = if database.is_postgres() {
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'public'"
        } else {
            "SELECT count(*) FROM sqlite_schema"
        };
        assert_eq!(database.number(left).await, 0);
    }
}

/// Threats: c10.
#[tokio::test]
async fn eight_parallel_migrations_succeed() {
    let directory = TempDir::new();
    let database = Database::fresh(directory.path()).await;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| migrate(&directory, &database));
        }
    });
    let runs = "SELECT count(*) FROM __diesel_schema_migrations";
    let known = migrations().len() as i64 / 2;
    assert_eq!(database.number(runs).await, known);
    migrate(&directory, &database);
    assert_eq!(database.number(runs).await, known);
}

#[tokio::test]
async fn server_without_migrate_says_what_to_run() {
    let twilio = "http://127.0.0.1:1";
    let directory = TempDir::new();
    let database = std::sync::Arc::new(Database::fresh(directory.path()).await);
    let launch =
        || Launch::serve(twilio).database(&database).variable("COUNTERSIGN__DATABASE__MIGRATE", "false");
    let log = launch().try_start().await.err().unwrap();
    assert!(log.contains("countersign migrate"), "{log}");
    assert_eq!(schema_of(&database).await, Schema::new());
    migrate(&directory, &database);
    launch().start().await.guest().ready().await.expect(200);
}

#[tokio::test]
async fn rows_of_a_user_are_deleted_with_the_user() {
    let server = Server::dev().await;
    let ada = Person::ada();
    server.full_access(&ada).await;
    let database = &server.database;
    for table in ["challenges", "sessions", "activities"] {
        assert!(database.number(&format!("SELECT count(*) FROM {table}")).await > 0, "{table}");
    }
    database.execute("DELETE FROM users").await;
    for table in ["challenges", "sessions", "activities"] {
        assert_eq!(database.number(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
}

/// SQLite enforces foreign keys only if the connection asks for it. The program's connections must.
#[tokio::test]
async fn foreign_keys_are_enforced() {
    let directory = TempDir::new();
    let database = Database::fresh(directory.path()).await;
    let url = DatabaseUrl::parse(&database.url()).unwrap();
    let db = Db::open(&Settings { url, max_connections: 1, migrate: true }).await.unwrap();
    let now = movable_clock::Clock::system().now();
    let orphan = activities::Activity {
        id: Id::new(now),
        user_id: Id::new(now),
        kind: storage::ActivityKind::SignedUp,
        user_agent: None,
        ip_address: None,
        occurred_at: Timestamp(now),
    };
    let inserted = db.record_event(EventRows { activity: Some(orphan), message: None }).await;
    assert!(matches!(inserted, Err(Error::NotFound)));
    assert_eq!(database.number("SELECT count(*) FROM activities").await, 0);
}

#[tokio::test]
async fn sqlite_file_is_private_and_in_wal_mode() {
    let server = Server::dev().await;
    let Database::Sqlite(path) = &*server.database else { return };
    server.sign_up(&Person::ada()).await;
    assert_eq!(server.database.value("SELECT journal_mode FROM pragma_journal_mode").await, "wal");
    for suffix in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{path}{suffix}")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}{suffix}");
    }
}
