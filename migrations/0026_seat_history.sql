-- The last figure before the end of a day, for each day of a year, is one look into this index; not a walk over all that
-- happened to the account's seats since.
create index events_of_seats on events (stream, at desc, position desc) where type = 'seats.changed';
