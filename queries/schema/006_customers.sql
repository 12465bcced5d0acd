-- What this is: how long each segment may buy nothing before it is lost, where the company set one of its own; and the win-back
-- campaigns, whose customers are drawn once and never again.
create table lost_window (
    segment varchar primary key,
    months integer not null,
);

create table campaign (
    campaign integer primary key,
    name varchar not null,
    starts_on date not null,        -- the first day of contacting
    follow_up_months integer not null,
    hold_out double not null,       -- the share that is not contacted
    seed bigint not null,           -- of the draw
    who varchar not null,
    drawn_at timestamp not null,
    token varchar not null unique,  -- of the form it was typed in: the same one is not taken twice
);

create table campaign_customer (
    campaign integer not null,
    customer_id varchar not null,
    is_held_out boolean not null,
    worth double,                   -- margin (revenue without costs) of the twelve months to the last purchase, at the draw
);

-- Within how many months a lost customer must buy again to count as won back.
alter table settings add column win_back_months integer default 6;
