-- The Messenger of an agent: off until somebody switches it on, and in frames of the sites that are named alone.
alter table agents
  add column messenger boolean not null default false,
  add column messenger_colour text not null default '#5654cf' check (messenger_colour ~ '^#[0-9a-f]{6}$'),
  add column messenger_side text not null default 'right' check (messenger_side in ('left', 'right')),
  add column messenger_origins text[] not null default '{}' check (cardinality(messenger_origins) <= 20);
grant update (messenger, messenger_colour, messenger_side, messenger_origins) on agents to rollcall_app;

-- Somebody who writes by the Messenger: whoever holds the token, of which nothing but the hash is kept.
create table visitors (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  token_hash bytea not null check (octet_length(token_hash) = 32),
  -- who they said they are
  contact_id uuid,
  created_at timestamptz not null,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
  foreign key (workspace_id, agent_id, contact_id) references contacts on delete set null (contact_id)
);
create unique index visitors_by_token on visitors (agent_id, token_hash);
create index visitors_of_contact on visitors (workspace_id, agent_id, contact_id) where contact_id is not null;
create trigger stay_in_place before update of workspace_id, agent_id, id on visitors
  for each row execute function stay_in_place();

grant select, insert, update (contact_id) on visitors to rollcall_app;
alter table visitors enable row level security;
alter table visitors force row level security;
create policy scoped on visitors to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));

-- The visitor whose conversation it is, for good; null: it came by the API or from the team.
alter table conversations add column visitor_id uuid;
alter table conversations add constraint conversations_of_visitor_fkey
  foreign key (workspace_id, agent_id, visitor_id) references visitors not valid;
create index conversations_of_visitor on conversations (workspace_id, agent_id, visitor_id, id) where visitor_id is not null;

-- A visitor knows nothing but the agent's id and a token, so what these open is asked outside of any scope. Nothing is
-- answered where the Messenger is off. Definer's rights; what anybody may read, and whose token it is.
create function messenger_of(agent uuid) returns table (
  workspace_id uuid, name text, language text, greeting text, help_desk boolean, colour text, side text, origins text[]
)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select
      a.workspace_id, a.name, a.language, a.greeting, a.help_desk,
      a.messenger_colour, a.messenger_side, a.messenger_origins
    from public.agents a
    where a.id = agent and a.messenger;
  end;
create function find_visitors(agents uuid[], hashes bytea[]) returns table (
  agent_id uuid, token_hash bytea, workspace_id uuid, visitor_id uuid
)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select v.agent_id, v.token_hash, v.workspace_id, v.id
    from unnest(agents, hashes) as asked (agent, hash)
      join public.visitors v on v.agent_id = asked.agent and v.token_hash = asked.hash
      join public.agents a on a.workspace_id = v.workspace_id and a.id = v.agent_id and a.messenger;
  end;
do $$
begin
  execute format('create policy definer_shows on agents for select to %I using (true)', current_user);
  execute format('create policy definer_finds on visitors for select to %I using (true)', current_user);
end
$$;
revoke all on function messenger_of(uuid), find_visitors(uuid[], bytea[]) from public;
grant execute on function messenger_of(uuid), find_visitors(uuid[], bytea[]) to rollcall_app;
