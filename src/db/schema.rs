//! The tables as diesel knows them. A test selects every column of every table on both databases.

diesel::table! {
    use diesel::sql_types::Text;
    use crate::db::types::sql;

    trusts (id) {
        id -> sql::Uuid,
        name -> Text,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::Nullable;
    use crate::db::types::sql;

    absences (id) {
        id -> sql::Uuid,
        post_id -> sql::Uuid,
        person_id -> sql::Uuid,
        delegate_id -> Nullable<sql::Uuid>,
        from_on -> sql::Day,
        to_on -> sql::Day,
        created_at -> sql::Instant,
        noted_by_id -> Nullable<sql::Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::types::sql;

    schools (id) {
        id -> sql::Uuid,
        trust_id -> sql::Uuid,
        slug -> Text,
        name -> Text,
        kind -> Text,
        nation -> Text,
        urn -> Nullable<Text>,
        phone -> Text,
        email -> Text,
        address -> Text,
        office_hours -> Text,
        privacy_contact -> Text,
        safeguarding_contact -> Text,
        settings_version -> BigInt,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::types::sql;

    procedures (id) {
        id -> sql::Uuid,
        key -> Text,
        version -> Integer,
        source -> Text,
        sha256 -> Text,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    calendars (id) {
        id -> sql::Uuid,
        school_id -> sql::Uuid,
        version -> Integer,
        spec -> Text,
        reason -> Text,
        created_by -> Nullable<sql::Uuid>,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use crate::db::types::sql;

    school_rules (school_id) {
        school_id -> sql::Uuid,
        procedure_id -> sql::Uuid,
        calendar_id -> sql::Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::Text;

    meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql;

    people (id) {
        id -> sql::Uuid,
        name -> Text,
        email -> Text,
        email_key -> Text,
        password_hash -> Nullable<Text>,
        created_at -> sql::Instant,
        ended_at -> Nullable<sql::Instant>,
        signed_in_at -> Nullable<sql::Instant>,
        second_step_asked_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql;

    posts (id) {
        id -> sql::Uuid,
        person_id -> sql::Uuid,
        role -> Text,
        trust_id -> sql::Uuid,
        school_id -> Nullable<sql::Uuid>,
        year_groups -> Text,
        from_on -> sql::Day,
        to_on -> Nullable<sql::Day>,
        independence -> Text,
        independence_reason -> Nullable<Text>,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::types::sql;

    settings_log (id) {
        id -> BigInt,
        at -> sql::Instant,
        person_id -> Nullable<sql::Uuid>,
        school_id -> Nullable<sql::Uuid>,
        what -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::types::sql;

    files (id) {
        id -> sql::Uuid,
        sha256 -> Text,
        bytes -> BigInt,
        media_type -> Text,
        created_at -> sql::Instant,
        scan -> Text,
        kept_until -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer};
    use crate::db::types::sql;

    file_parts (file_id, no) {
        file_id -> sql::Uuid,
        no -> Integer,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Bool, Integer, Nullable, Text};
    use crate::db::types::sql;

    cases (id) {
        id -> sql::Uuid,
        reference -> Text,
        school_id -> sql::Uuid,
        procedure_id -> sql::Uuid,
        calendar_id -> sql::Uuid,
        kind -> Text,
        channel -> Text,
        state -> Text,
        phase -> Nullable<Text>,
        stage_key -> Nullable<Text>,
        stage_kind -> Nullable<Text>,
        run_no -> Nullable<Integer>,
        handler_role -> Nullable<Text>,
        handler_id -> Nullable<sql::Uuid>,
        received_at -> sql::Instant,
        received_on -> sql::Day,
        closed_reason -> Nullable<Text>,
        closed_at -> Nullable<sql::Instant>,
        next_due_on -> sql::Day,
        next_due_rule -> Nullable<Text>,
        next_due_owed_by -> Nullable<Text>,
        child_at_risk -> Bool,
        complainant_name -> Nullable<Text>,
        child_name -> Nullable<Text>,
        headline -> Text,
        length -> Integer,
        chain_head -> Binary,
        updated_at -> sql::Instant,
        waits_for -> Nullable<Text>,
        awaits_hearing_at -> Nullable<sql::Instant>,
        undated -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql;

    case_facts (case_id) {
        case_id -> sql::Uuid,
        child_year_group -> Nullable<Text>,
        flags -> Text,
        last_incident_on -> Nullable<sql::Day>,
        late_reason -> Nullable<Text>,
        already_spoken_to -> Nullable<Text>,
        state_detail -> Text,
        suspensions -> Text,
        unreasonable_proposal -> Nullable<Text>,
        search_text -> Text,
        regime -> Text,
        nation -> Text,
        retention_from -> Nullable<sql::Day>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    case_parties (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        kind -> Text,
        name -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        phone -> Nullable<Text>,
        address -> Nullable<Text>,
        relationship -> Text,
        preferred_contact -> Nullable<Text>,
        language -> Nullable<Text>,
        adjustments -> Nullable<Text>,
        safe_contact_note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    case_points (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        what_happened -> Text,
        when_words -> Nullable<Text>,
        wanted -> Nullable<Text>,
        status -> Text,
        status_run -> Nullable<Integer>,
        redirect_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    case_subjects (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        role -> Text,
        name -> Nullable<Text>,
        person_id -> Nullable<sql::Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    stage_runs (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        stage_key -> Text,
        kind -> Text,
        handler_role -> Text,
        handler_id -> Nullable<sql::Uuid>,
        started_at -> sql::Instant,
        counts_from_on -> Nullable<sql::Day>,
        cause -> Text,
        points -> Text,
        acknowledged_at -> Nullable<sql::Instant>,
        reply_sent_at -> Nullable<sql::Instant>,
        reply_by -> Nullable<sql::Uuid>,
        reply_message -> Nullable<Text>,
        reply_steps_taken -> Nullable<Text>,
        reply_actions -> Nullable<Text>,
        reply_last_date -> Nullable<sql::Day>,
        window_reminders -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    answers (case_id, run_no, point_no) {
        case_id -> sql::Uuid,
        run_no -> Integer,
        point_no -> Integer,
        finding -> Text,
        reasons -> Nullable<Text>,
        by_id -> Nullable<sql::Uuid>,
        at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    hearings (case_id, run_no) {
        case_id -> sql::Uuid,
        run_no -> Integer,
        chair_id -> sql::Uuid,
        papers -> Text,
        papers_sent_at -> Nullable<sql::Instant>,
        held_on -> Nullable<sql::Day>,
        held -> Nullable<Text>,
        recommendations -> Nullable<Text>,
        issued_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    hearing_members (case_id, run_no, person_id) {
        case_id -> sql::Uuid,
        run_no -> Integer,
        person_id -> sql::Uuid,
        independence -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::types::sql;

    hearing_dates (case_id, run_no, no) {
        case_id -> sql::Uuid,
        run_no -> Integer,
        no -> Integer,
        at -> sql::Instant,
        place -> Text,
        basis -> Text,
        sequence -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    deadlines (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        school_id -> sql::Uuid,
        rule -> Text,
        run_no -> Nullable<Integer>,
        remedy_no -> Nullable<Integer>,
        anchor -> Nullable<Text>,
        anchor_on -> Nullable<sql::Day>,
        amount -> Nullable<Integer>,
        unit -> Nullable<Text>,
        calendar_id -> Nullable<sql::Uuid>,
        due_kind -> Text,
        due_on -> Nullable<sql::Day>,
        original_due_kind -> Text,
        original_due_on -> Nullable<sql::Day>,
        ended -> Nullable<Text>,
        ended_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    deadline_changes (case_id, deadline_no, no) {
        case_id -> sql::Uuid,
        deadline_no -> Integer,
        no -> Integer,
        from_kind -> Text,
        from_on -> Nullable<sql::Day>,
        to_kind -> Text,
        to_on -> Nullable<sql::Day>,
        at -> sql::Instant,
        why -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    meetings (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        at -> sql::Instant,
        minutes -> Integer,
        place -> Text,
        staff -> Text,
        sequence -> Integer,
        status -> Text,
        cancel_reason -> Nullable<Text>,
        present -> Nullable<Text>,
        said -> Nullable<Text>,
        agreed -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::sql;

    case_documents (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        file_id -> sql::Uuid,
        name -> Text,
        media_type -> Text,
        bytes -> BigInt,
        sha256 -> Text,
        audience -> Text,
        from_party -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    remedies (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        what -> Text,
        owner_id -> sql::Uuid,
        due_on -> sql::Day,
        done_at -> Nullable<sql::Instant>,
        evidence -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    external_contacts (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        body -> Text,
        contacted_on -> sql::Day,
        reference -> Nullable<Text>,
        words -> Text,
        stage_then -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    involvements (case_id, no) {
        case_id -> sql::Uuid,
        no -> Integer,
        school_id -> sql::Uuid,
        person_id -> sql::Uuid,
        involved_as -> Text,
        run_no -> Nullable<Integer>,
        since -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Nullable, Text};
    use crate::db::types::sql;

    case_events (case_id, seq) {
        case_id -> sql::Uuid,
        seq -> Integer,
        at -> sql::Instant,
        on_date -> sql::Day,
        actor_kind -> Text,
        actor_person_id -> Nullable<sql::Uuid>,
        actor_party -> Nullable<Integer>,
        kind -> Text,
        version -> Integer,
        payload -> Text,
        hash -> Binary,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Nullable, Text};
    use crate::db::types::sql;

    event_texts (case_id, seq, slot) {
        case_id -> sql::Uuid,
        seq -> Integer,
        slot -> Integer,
        salt -> Binary,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::types::sql;

    read_log (id) {
        id -> BigInt,
        case_id -> sql::Uuid,
        person_id -> Nullable<sql::Uuid>,
        party_no -> Nullable<Integer>,
        at -> sql::Instant,
        what -> Text,
        way -> Text,
        about -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Text};
    use crate::db::types::sql;

    sealed_texts (case_id, seq, slot) {
        case_id -> sql::Uuid,
        seq -> Integer,
        slot -> Integer,
        salt -> Binary,
        body -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    sealed_letters (case_id, event_seq, message_id) {
        case_id -> sql::Uuid,
        event_seq -> Integer,
        message_id -> sql::Uuid,
        subject -> Text,
        body_text -> Text,
        body_html -> Nullable<Text>,
        invitation -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    outbox (id) {
        id -> sql::Uuid,
        case_id -> Nullable<sql::Uuid>,
        event_seq -> Nullable<Integer>,
        school_id -> Nullable<sql::Uuid>,
        kind -> Text,
        carries -> Text,
        audience -> Text,
        to_name -> Text,
        to_address -> Text,
        to_person_id -> Nullable<sql::Uuid>,
        to_party_no -> Nullable<Integer>,
        reply_to -> Nullable<Text>,
        in_reply_to -> Nullable<sql::Uuid>,
        language -> Nullable<Text>,
        subject -> Text,
        body_text -> Text,
        body_html -> Nullable<Text>,
        invitation -> Nullable<Text>,
        dedupe_key -> Nullable<Text>,
        created_at -> sql::Instant,
        not_before -> sql::Instant,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> sql::Instant,
        leased_until -> Nullable<sql::Instant>,
        lease_owner -> Nullable<Text>,
        sent_at -> Nullable<sql::Instant>,
        origin -> Text,
        instead_of -> Nullable<sql::Uuid>,
        settled_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    outbox_acts (message_id, no) {
        message_id -> sql::Uuid,
        no -> Integer,
        at -> sql::Instant,
        person_id -> Nullable<sql::Uuid>,
        act -> Text,
        on_day -> Nullable<sql::Day>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::types::sql;

    outbox_attempts (message_id, no) {
        message_id -> sql::Uuid,
        no -> Integer,
        at -> sql::Instant,
        outcome -> Nullable<Text>,
        code -> Nullable<Integer>,
        words -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Text};
    use crate::db::types::sql;

    idempotency (scope, key) {
        scope -> Text,
        key -> Text,
        body_hash -> Binary,
        status -> Integer,
        response -> Text,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::types::sql;

    procedure_copies (id) {
        id -> BigInt,
        school_id -> sql::Uuid,
        procedure_id -> sql::Uuid,
        name -> Text,
        email -> Nullable<Text>,
        address -> Nullable<Text>,
        asked_at -> sql::Instant,
        message_id -> Nullable<sql::Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::db::types::sql;

    sessions (token_hash) {
        token_hash -> Binary,
        person_id -> sql::Uuid,
        created_at -> sql::Instant,
        last_seen_at -> sql::Instant,
        expires_at -> sql::Instant,
        browser -> Text,
        system -> Text,
        reach -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::db::types::sql;

    api_tokens (id) {
        id -> sql::Uuid,
        token_hash -> Binary,
        person_id -> Nullable<sql::Uuid>,
        service_name -> Nullable<Text>,
        school_id -> Nullable<sql::Uuid>,
        scopes -> Text,
        created_at -> sql::Instant,
        expires_at -> Nullable<sql::Instant>,
        last_used_at -> Nullable<sql::Instant>,
        revoked_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Nullable, Text};
    use crate::db::types::sql;

    case_links (token_hash) {
        token_hash -> Binary,
        case_id -> sql::Uuid,
        party_no -> Integer,
        kind -> Text,
        created_at -> sql::Instant,
        expires_at -> sql::Instant,
        used_at -> Nullable<sql::Instant>,
        revoked_at -> Nullable<sql::Instant>,
        helper_no -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::db::types::sql;

    drafts (token_hash) {
        token_hash -> Binary,
        school_id -> sql::Uuid,
        data -> Text,
        updated_at -> sql::Instant,
        expires_at -> sql::Instant,
        trace -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::db::types::sql;

    setup_tokens (token_hash) {
        token_hash -> Binary,
        created_at -> sql::Instant,
        expires_at -> sql::Instant,
        used_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::db::types::sql;

    password_links (token_hash) {
        token_hash -> Binary,
        person_id -> sql::Uuid,
        created_at -> sql::Instant,
        expires_at -> sql::Instant,
        used_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::db::types::sql;

    ceremonies (token_hash) {
        token_hash -> Binary,
        kind -> Text,
        content -> Text,
        expires_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::types::sql;

    provider_accounts (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        person_id -> sql::Uuid,
        email -> Text,
        connected_at -> sql::Instant,
        last_used_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::db::types::sql;

    passkeys (credential) {
        credential -> Binary,
        person_id -> sql::Uuid,
        name -> Text,
        content -> Text,
        created_at -> sql::Instant,
        last_used_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable};
    use crate::db::types::sql;

    authenticators (person_id) {
        person_id -> sql::Uuid,
        sealed -> Binary,
        created_at -> sql::Instant,
        confirmed_at -> Nullable<sql::Instant>,
        last_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::db::types::sql;

    recovery_codes (code_hash) {
        code_hash -> Binary,
        person_id -> sql::Uuid,
        created_at -> sql::Instant,
        used_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::db::types::sql;

    half_sign_ins (token_hash) {
        token_hash -> Binary,
        person_id -> sql::Uuid,
        way -> Text,
        computer -> Text,
        expires_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::db::types::sql;

    sign_ins (id) {
        id -> BigInt,
        person_id -> sql::Uuid,
        at -> sql::Instant,
        way -> Text,
        browser -> Text,
        system -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::db::types::sql;

    sign_in_links (token_hash) {
        token_hash -> Binary,
        person_id -> sql::Uuid,
        kind -> Text,
        created_at -> sql::Instant,
        expires_at -> sql::Instant,
        used_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::db::types::sql;

    draft_links (draft_hash) {
        draft_hash -> Binary,
        message_id -> Nullable<sql::Uuid>,
        token_hash -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::types::sql;

    case_pairs (first_case, second_case, no) {
        first_case -> sql::Uuid,
        second_case -> sql::Uuid,
        no -> Integer,
        verdict -> Text,
        reason -> Text,
        by_id -> sql::Uuid,
        at -> sql::Instant,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    trusts,
    schools,
    procedures,
    calendars,
    school_rules,
    meta,
    people,
    posts,
    settings_log,
    files,
    file_parts,
    cases,
    case_facts,
    case_parties,
    case_points,
    case_subjects,
    stage_runs,
    answers,
    hearings,
    hearing_members,
    hearing_dates,
    deadlines,
    deadline_changes,
    meetings,
    case_documents,
    remedies,
    external_contacts,
    involvements,
    case_events,
    event_texts,
    read_log,
    sealed_texts,
    sealed_letters,
    case_pairs,
    outbox,
    outbox_attempts,
    outbox_acts,
    idempotency,
    procedure_copies,
    sessions,
    api_tokens,
    case_links,
    drafts,
    draft_links,
    setup_tokens,
    password_links,
    absences,
    ceremonies,
    provider_accounts,
    passkeys,
    authenticators,
    recovery_codes,
    half_sign_ins,
    sign_ins,
    sign_in_links
);
