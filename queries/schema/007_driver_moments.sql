-- What this is: what drivers of engagement are ranked from, by closed wave: sums over people who answered every question on
-- engagement and recommending, as many of them as keel.suppression allows. Like every closed_ table written once.

-- other: another question, or the same (a sum of squares), or '' for the sum of the scores alone. Scores are turned round where a
-- question is reversed.
create table closed_moment (
    survey varchar not null,
    wave_on date not null,
    question varchar not null,
    other varchar not null,
    total double not null,
    people integer not null,
    fewest integer not null,        -- people that these sums and all others could single out, at the least
);
