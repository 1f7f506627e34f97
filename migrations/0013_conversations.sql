-- People who write to an agent, and what was written.
create table contacts (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  name text not null check (char_length(name) <= 80),
  email text check (email = lower(email)),
  -- what the product itself calls this person
  external_id text check (char_length(external_id) between 1 and 255),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
  constraint somebody check (name <> '' or email is not null or external_id is not null)
);
create unique index contacts_by_email on contacts (agent_id, email) where email is not null;
create unique index contacts_by_external_id on contacts (agent_id, external_id) where external_id is not null;

create table conversations (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  contact_id uuid,
  state text not null check (state in ('open', 'waiting', 'resolved')),
  -- null: the Assistant's; of a resolved one whoever had it last, also when they are no member any more
  assignee_id uuid,
  -- who has it to answer: a member does not go before these were given back, and told of (S3)
  answering_id uuid generated always as (case when state <> 'resolved' then assignee_id end) stored,
  message_count int not null default 0 check (message_count >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
  -- no action: a contact does not go before its conversations were told of it (S3)
  foreign key (workspace_id, agent_id, contact_id) references contacts,
  foreign key (workspace_id, answering_id) references members (workspace_id, id)
);
-- lists begin with the newest
create index conversations_of_contact on conversations (workspace_id, agent_id, contact_id, id) where contact_id is not null;
create index conversations_by_state on conversations (workspace_id, agent_id, state, id);
create index conversations_of_assignee on conversations (workspace_id, answering_id) where answering_id is not null;

create table messages (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  -- its place in the conversation, in the order of the commits: ids and times come from clocks, which differ
  place int not null check (place > 0),
  author text not null check (author in ('contact', 'assistant', 'member')),
  -- who wrote it, also when they are no member any more
  member_id uuid,
  author_name text not null check (char_length(author_name) <= 80),
  text text not null check (char_length(text) between 1 and 8000),
  at timestamptz not null,
  primary key (workspace_id, agent_id, conversation_id, place),
  foreign key (workspace_id, agent_id, conversation_id) references conversations on delete cascade,
  constraint only_members_are_members check ((author = 'member') = (member_id is not null))
);

-- Who wrote or answered stays known when they are no member any more, so no foreign key can hold it. It is a member of this
-- workspace when it is stored, and what is stored of a message never changes.
create function must_be_a_member() returns trigger language plpgsql as $$
declare
  given constant text := to_jsonb(new) ->> tg_argv[0];
begin
  if tg_op = 'UPDATE' and given is not distinct from to_jsonb(old) ->> tg_argv[0] then
    return new;
  end if;
  if not exists (select from public.members m where m.workspace_id = new.workspace_id and m.id = given::uuid) then
    raise exception 'this is no member of the workspace' using errcode = 'foreign_key_violation';
  end if;
  return new;
end
$$;
create trigger written_by_a_member before insert on messages
  for each row when (new.member_id is not null) execute function must_be_a_member('member_id');
create trigger assigned_to_a_member before insert or update of assignee_id on conversations
  for each row when (new.assignee_id is not null) execute function must_be_a_member('assignee_id');

create trigger stay_in_place before update of workspace_id, agent_id, id on contacts
  for each row execute function stay_in_place();
create trigger stay_in_place before update of workspace_id, agent_id, id on conversations
  for each row execute function stay_in_place();

grant select, insert, update (name, email, external_id, updated_at), delete on contacts to rollcall_app;
grant select, insert, update (contact_id, state, assignee_id, message_count, updated_at), delete on conversations to rollcall_app;
grant select, insert, delete on messages to rollcall_app;

alter table contacts enable row level security;
alter table contacts force row level security;
alter table conversations enable row level security;
alter table conversations force row level security;
alter table messages enable row level security;
alter table messages force row level security;
create policy scoped on contacts to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));
create policy scoped on conversations to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));
create policy scoped on messages to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));

-- Whoever is to be no member any more, or must not answer any more, gives back what they have to answer, over all the
-- agents of the workspace. Definer's rights, since an agent's rows are seen within that agent alone; the workspace is the
-- transaction's own, whatever it asks for.
create function give_back_conversations(member uuid, given_at timestamptz) returns table (
  id uuid, agent_id uuid, contact_id uuid, state text, assignee_id uuid, message_count int,
  created_at timestamptz, updated_at timestamptz
)
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update public.conversations c
    set assignee_id = null, updated_at = given_at
    where c.workspace_id = (select public.scope_id('workspace_id')) and c.answering_id = member
    returning c.id, c.agent_id, c.contact_id, c.state, c.assignee_id, c.message_count, c.created_at, c.updated_at;
  end;
do $$
begin
  execute format('create policy definer_gives_back on conversations for all to %I using (true)', current_user);
end
$$;
revoke all on function give_back_conversations(uuid, timestamptz) from public;
grant execute on function give_back_conversations(uuid, timestamptz) to rollcall_app;
