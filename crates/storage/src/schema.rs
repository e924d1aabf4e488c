// @generated automatically by Diesel CLI.

diesel::table! {
    use crate::values::sql_types::sql::*;

    activities (id) {
        id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        user_agent -> Nullable<Text>,
        ip_address -> Nullable<Text>,
        occurred_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    challenges (id) {
        id -> Uuid,
        user_id -> Uuid,
        destination -> Text,
        channel -> Text,
        verification_sid -> Nullable<Text>,
        sends -> Int4,
        last_sent_at -> Timestamptz,
        failed_checks -> Int4,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        spent_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        cancel_reason -> Nullable<Text>,
        purpose -> Text,
        uses -> Int4,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    conversions (numbers, hour) {
        numbers -> Text,
        hour -> Timestamptz,
        sends -> Int4,
        verified -> Int4,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    deployment (id) {
        id -> Int4,
        mode -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    housekeeping (id) {
        id -> Int4,
        claimed_until -> Timestamptz,
        last_run_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    line_types (number) {
        number -> Bytea,
        line_type -> Text,
        looked_up_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    password_resets (id) {
        id -> Uuid,
        user_id -> Nullable<Uuid>,
        email -> Nullable<Text>,
        verification_sid -> Nullable<Text>,
        failed_checks -> Int4,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        approved_at -> Nullable<Timestamptz>,
        spent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        salt -> Bytea,
        generation -> Int4,
        rotated_at -> Timestamptz,
        amr -> Text,
        auth_time -> Timestamptz,
        user_agent -> Nullable<Text>,
        ip_address -> Nullable<Text>,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    signing_keys (kid) {
        kid -> Text,
        public_key -> Bytea,
        sealed_private_key -> Bytea,
        created_at -> Timestamptz,
        signs_from -> Timestamptz,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    throttles (key) {
        key -> Bytea,
        arrival -> Int8,
        strikes -> Int4,
        pace -> Int8,
        slack -> Int8,
        longest -> Int8,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    users (id) {
        id -> Uuid,
        name -> Text,
        username -> Text,
        email -> Text,
        phone_number -> Text,
        phone_number_verified_at -> Nullable<Timestamptz>,
        password_hash -> Text,
        failed_checks -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::values::sql_types::sql::*;

    webhook_outbox (id) {
        id -> Uuid,
        event -> Text,
        body -> Text,
        created_at -> Timestamptz,
        attempts -> Int4,
        due_at -> Nullable<Timestamptz>,
        delivered_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(activities -> users (user_id));
diesel::joinable!(challenges -> users (user_id));
diesel::joinable!(password_resets -> users (user_id));
diesel::joinable!(sessions -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    activities,
    challenges,
    conversions,
    deployment,
    housekeeping,
    line_types,
    password_resets,
    sessions,
    signing_keys,
    throttles,
    users,
    webhook_outbox,
);
