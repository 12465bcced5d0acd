-- What this is: targets of one member of a dimension, events that last, and usual ranges that a person began anew.
alter table raw_targets add column dimension varchar; -- none: the company
alter table raw_targets add column member varchar;
alter table raw_events add column ends_on date; -- its last day; none: one day

create table raw_baselines (
    batch integer not null,
    "row" integer not null,
    metric varchar not null,
    from_on date not null,
    reason varchar not null,
);
