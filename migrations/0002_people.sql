create table users (
  id uuid primary key,
  email text not null unique,
  name text not null,
  password_hash text not null,
  email_verified_at timestamptz,
  created_at timestamptz not null,
  -- addresses are canonical before they are stored: two spellings must not be two people
  constraint users_email_canonical check (email = lower(email) and email ~ '^[\x21-\x7e]{3,254}$')
);

create table sessions (
  -- sha256 of the cookie's token, so that a copy of this table signs nobody in
  id text primary key check (id ~ '^[0-9a-f]{64}$'),
  public_id uuid not null unique,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  user_agent text not null
);
create index sessions_of_user on sessions (user_id, created_at);

create table accounts (
  id uuid primary key,
  owner_id uuid not null unique references users,
  plan text not null default 'free' check (plan in ('free', 'basic_ai', 'standard_ai', 'pro_ai')),
  addon_seats integer not null default 0 check (addon_seats between 0 and 10000),
  -- the last place given out in the line for seats
  line_end bigint not null default 0,
  -- the figures last announced in the account's stream: counted anew, under the account's lock, by every command
  -- that can change them
  seats jsonb not null
);

create table idempotency_keys (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  answer jsonb,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

grant select, insert, update (name, password_hash, email_verified_at), delete on users to rollcall_app;
grant select, insert, update (expires_at, last_seen_at), delete on sessions to rollcall_app;
grant select, insert, update (plan, addon_seats, line_end, seats), delete on accounts to rollcall_app;
grant select, insert, update (answer), delete on idempotency_keys to rollcall_app;
