-- Webhook messages about security events, written in the transaction of the event. There is no foreign key to
-- users, because deletions are reported too.
CREATE TABLE webhook_outbox (
    id UUID PRIMARY KEY,
    event TEXT NOT NULL,
    -- The body exactly as it is signed and sent.
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    -- Delivery attempts so far.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- When the next attempt is due, or when the lease of the current one expires. NULL after delivery or
    -- giving up.
    due_at TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ
);
CREATE INDEX webhook_outbox_due_at_idx ON webhook_outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_outbox_created_at_idx ON webhook_outbox (created_at);
