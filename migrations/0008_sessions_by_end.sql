-- found by the hourly cleaning, which would read the whole table otherwise, and from some millions on never finish
create index sessions_by_end on sessions (expires_at);
