DROP TABLE activities;
DROP TABLE sessions;
DROP TABLE challenges;
DROP TABLE users;
DROP TABLE signing_keys;
DROP TABLE deployment;
