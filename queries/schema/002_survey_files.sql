-- What this is: what survey files of any tool bring along: what tells a response from others, why a row is left out.
alter table raw_responses add column fingerprint varchar; -- of who, when and what; the same in every export of it
alter table reject add column why varchar default 'unreadable'; -- unreadable, test, partial, duplicate, no date, note
drop view if exists answers; -- they are tables from here on, made by refresh
drop view if exists responses;
