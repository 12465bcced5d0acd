-- What this is: what was said in weekly reviews, one entry after another, and the editions published; both are only ever added to.
create table said (
    entry integer primary key,
    said_at timestamp not null,
    who varchar not null,
    week_ending date not null,      -- the week it was said of
    kind varchar not null,          -- note, decision, step (of a decision), line (of the SWOT sheet), park
    metric varchar not null,        -- '' where it is on none
    about varchar not null,         -- a customer or a group it hangs on: 'customer=C12', 'department=Support'; '' for none
    of_entry integer,               -- the entry it goes on with
    body varchar not null,          -- json: words, owner, due, ...
    token varchar not null unique,  -- of the form it was typed in: the same one is not taken twice
);

create table edition (
    number integer primary key,
    week_ending date not null,
    published_at timestamp not null,
    who varchar not null,
    document varchar not null,      -- json, as keel/edition.py lays it out
    sha256 varchar not null,        -- of this row and of the one before it
);
