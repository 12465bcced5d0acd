-- What this is: the tables that hold what was uploaded, and what is known of each upload.
-- Answer tables (sales, customer_days, observations, ...) are not here: refresh makes them anew.

create table batch (
    batch integer primary key,
    kind varchar not null,
    vendor varchar not null,
    survey varchar,
    file varchar not null,
    sha256 varchar not null,        -- of the file as it was uploaded; its name in the archive
    rows_sha256 varchar not null,   -- of the cells, whatever the packing, line ends or encoding
    rows_read integer not null,
    rows_accepted integer not null,
    mapping varchar not null,       -- json: everything needed to read the file again
    from_on date,
    to_on date,
    who varchar not null,
    imported_at timestamp not null,
);

create table reject (
    batch integer not null,
    "row" integer not null,
    "column" varchar not null,
    value varchar not null,
    reason varchar not null,
);

create table journal (
    entry integer primary key,
    happened_at timestamp not null,
    who varchar not null,
    action varchar not null,
    batch integer,
    detail varchar not null,
);

create table remembered_mapping (
    shape varchar primary key,
    mapping varchar not null,
    saved_at timestamp not null,
);

create table raw_orders (
    batch integer not null,
    "row" integer not null,
    ordered_on date not null,
    order_id varchar,
    line varchar,
    customer_id varchar,
    product varchar,
    product_line varchar,
    region varchar,
    segment varchar,
    channel varchar,
    team varchar,
    currency varchar,
    quantity decimal(18, 4),
    amount decimal(18, 4) not null,
    cost decimal(18, 4),
);

create table raw_customers (
    batch integer not null,
    "row" integer not null,
    customer_id varchar not null,
    name varchar,
    segment varchar,
    region varchar,
    owner varchar,
    team varchar,
    decision_makers varchar,
    notes varchar,
);

create table raw_employees (
    batch integer not null,
    "row" integer not null,
    employee_id varchar not null,
    hired_on date not null,
    left_on date,
    department varchar,
    site varchar,
    manager varchar,
    leaving_kind varchar,
    is_regretted boolean,
    is_contractor boolean not null,
);

create table raw_questions (
    batch integer not null,
    question integer not null,      -- its place in the file, from 1
    text varchar not null,
    kind varchar not null,          -- score, single, text
    role varchar,                   -- engagement, enps, nps, csat, ces
    driver varchar,
    is_reversed boolean not null,
    low integer,
    high integer,
    favourable_from double,
);

create table raw_responses (
    batch integer not null,
    "row" integer not null,
    answered_on date not null,
    respondent varchar,
    customer_id varchar,
    invited integer,
    groups varchar not null,        -- json: {"department": "Sales", ...}
);

create table raw_answers (
    batch integer not null,
    "row" integer not null,
    question integer not null,
    value double,
    label varchar,
);

create table raw_measures (
    batch integer not null,
    "row" integer not null,
    measured_on date not null,
    measure varchar not null,
    value decimal(28, 8) not null,
    d1 varchar,
    d2 varchar,
    d3 varchar,
    d4 varchar,
    d5 varchar,
    d6 varchar,
);

create table raw_measure_definitions (
    batch integer not null,
    measure varchar not null,
    definition varchar not null,    -- json: label, kind, better, roll, unit, dimensions, num, den
);

create table raw_rates (
    batch integer not null,
    "row" integer not null,
    currency varchar not null,
    valid_from date not null,
    rate double not null,           -- company currency for one unit
);

create table raw_targets (
    batch integer not null,
    "row" integer not null,
    metric varchar not null,
    valid_from date not null,
    value double not null,
);

create table raw_events (
    batch integer not null,
    "row" integer not null,
    metric varchar not null,
    happened_on date not null,
    words varchar not null,
);

-- One row: the settings that queries use, and the state of the answer tables; written by the store.
create table settings (
    currency varchar not null,
    lost_after_months integer not null,
    movement_window_months integer not null,
    data_version integer not null,
    fingerprint varchar not null,   -- of the definitions and settings the answer tables were made with
    calendar varchar not null,      -- of the span and cut of calendar and periods
);

-- Ratios of uploaded measures that keel.toml declares.
create table declared_ratios (
    ratio varchar primary key,
    num varchar not null,
    den varchar not null,
);
