-- A key opens one agent's part of /api/v1. The secret is shown once and kept as a hash; a revoked key is no more.
create table api_keys (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  name text not null check (char_length(name) between 1 and 80),
  -- the beginning of the secret, by which people tell their keys apart
  prefix text not null check (char_length(prefix) <= 20),
  -- sha256 of the secret
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  scopes text[] not null check (cardinality(scopes) > 0),
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade
);
grant select, insert, update (last_used_at), delete on api_keys to rollcall_app;
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy scoped on api_keys to rollcall_app
  using (
    (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')))
    or key_hash = (select decode(nullif(current_setting('app.key_hash', true), ''), 'hex'))
  )
  with check (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));
