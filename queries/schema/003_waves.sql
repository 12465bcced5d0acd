-- What this is: what closed weeks and waves of surveys on people hold: written once by the closing job, never made anew
-- from uploads, and read by refresh alone. No query in read/ may name these tables; a test holds that.

-- A stretch of days within one week and one month (the wave) whose answers count; the company's own line is made of these.
create table closed_unit (
    survey varchar not null,
    unit_on date not null,          -- its first day
    ends_on date not null,
    wave_on date not null,          -- first day of the month it lies in
    people integer not null,
    invited integer,
    batch integer not null,         -- the upload with which it closed
);

-- Which responses were told, and where; a late one belongs to the unit that closed next.
create table closed_response (
    survey varchar not null,
    key varchar not null,
    person varchar not null,
    unit_on date not null,
    wave_on date not null,
    is_counted boolean not null,    -- false: the person answered again in that unit, or it came after the telling
    cell integer,                   -- of the person; none until the wave closes
);

-- Answers of units whose wave has not closed yet, as they were when the unit closed.
create table closed_answer (
    survey varchar not null,
    key varchar not null,
    question varchar not null,
    value double not null,
);

-- How a question is read in a unit; a question that too few answered there, or all alike, is not in here.
create table closed_question (
    survey varchar not null,
    unit_on date not null,
    wave_on date not null,
    question varchar not null,
    role varchar not null,
    driver varchar,
    is_reversed boolean not null,
    low integer,
    high integer,
    favourable_from double,
    people integer not null,
);

create table closed_wave (
    survey varchar not null,
    wave_on date not null,
    ends_on date not null,
    is_withdrawn boolean not null,  -- none of its responses was in any more
    is_kept boolean not null,       -- it was brought again with other answers, and stays as it was told
    is_closed boolean not null,     -- false: only its first weeks are
    people integer not null,
    minimum integer not null,       -- the fewest people of a cell when it closed
    most_units integer not null,    -- in how many of its units one person answered, at most
    batch integer not null,
);

create table closed_cell (
    survey varchar not null,
    wave_on date not null,
    cell integer not null,
    block integer not null,         -- cells that share a member of the first dimension are in one
    people integer not null,
);

-- Who is in a cell: every member of every dimension that occurs there.
create table closed_member (
    survey varchar not null,
    wave_on date not null,
    cell integer not null,
    dimension varchar not null,
    member varchar not null,
);

-- Answers by value. block 0: a unit whose wave has not closed yet, or the only one.
create table closed_count (
    survey varchar not null,
    wave_on date not null,
    unit_on date not null,
    block integer not null,
    question varchar not null,
    value double not null,
    answers integer not null,
);

-- What a cell adds to each metric, and how many people of it answered on either side: high (a favourable answer, a promoter),
-- low (one that is not favourable, a detractor), middle (a passive).
create table closed_sum (
    survey varchar not null,
    wave_on date not null,
    cell integer not null,
    metric varchar not null,
    num double not null,
    den double not null,
    squares double,
    people integer not null,
    high integer not null,
    middle integer not null,
    low integer not null,
    is_narrow boolean not null,     -- a mean of which some four people's could be read off
);

-- Every other question but text, of the whole company, by wave.
create table closed_choice (
    survey varchar not null,
    wave_on date not null,
    question varchar not null,
    value double,
    label varchar,
    answers integer not null,
    people integer not null,        -- who answered the question at all
);

create table closed_comment (
    survey varchar not null,
    wave_on date not null,
    place integer not null,         -- shuffled
    "group" varchar not null,       -- the member of the first dimension, or '' for the company as a whole
    question varchar not null,
    words varchar not null,         -- scrubbed
    people integer not null,        -- who answered in that group
);

-- How often a view was refused because too few people stand behind it: never whom it asked for.
create table refused_view (
    refused_on date not null,
    metric varchar not null,
    dimensions varchar not null,
    times integer not null,
);

alter table raw_employees add column name varchar; -- only to take names out of comments
drop table if exists answers; -- of named surveys only from here on: named_answers
alter table settings add column minimum_group integer default 5;
alter table settings add column minimum_comments integer default 10;
