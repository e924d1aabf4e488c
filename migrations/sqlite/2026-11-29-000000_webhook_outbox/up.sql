-- Security events that a webhook is to tell of, written with what they tell of. There is no reference to users: that one
-- was deleted is told too.
CREATE TABLE webhook_outbox (
    id BLOB PRIMARY KEY NOT NULL,
    event TEXT NOT NULL,
    -- What is sent, as it is signed.
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- Deliveries begun.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- When it is tried next, or when a replica that is at it is given up on. Absent: delivered, or given up.
    due_at INTEGER,
    delivered_at INTEGER
) STRICT;
CREATE INDEX webhook_outbox_due_at_idx ON webhook_outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_outbox_created_at_idx ON webhook_outbox (created_at);
