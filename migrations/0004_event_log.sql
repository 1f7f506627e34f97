-- A stream's row is its head. Its row lock orders the commits, so positions are gapless and in commit order (S1).
create table streams (
  name text primary key check (name ~ '^(workspace|account|user):[0-9a-f-]{36}$'),
  position bigint not null default 0 check (position >= 0)
);

create table events (
  stream text not null references streams on delete cascade,
  position bigint not null check (position > 0),
  type text not null,
  at timestamptz not null,
  actor jsonb,
  data jsonb not null,
  -- who loses the right to this stream with this event: {"users": [...]}, {"session": "..."} or {"everyone": true}.
  -- For the gateway alone (S5); never sent.
  revokes jsonb,
  primary key (stream, position)
);

-- append-only: no update; deletion comes with the stream
grant select, insert, update (position), delete on streams to rollcall_app;
grant select, insert on events to rollcall_app;
