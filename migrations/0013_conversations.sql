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
  -- null: the Assistant's
  assignee_id uuid,
  message_count int not null default 0 check (message_count >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
  foreign key (workspace_id, agent_id, contact_id) references contacts on delete set null (contact_id),
  foreign key (workspace_id, assignee_id) references members (workspace_id, id) on delete set null (assignee_id)
);
create index conversations_of_contact on conversations (workspace_id, agent_id, contact_id) where contact_id is not null;
create index conversations_of_assignee on conversations (workspace_id, assignee_id) where assignee_id is not null;

create table messages (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  author text not null check (author in ('contact', 'assistant', 'member')),
  -- null as soon as they are no member any more; what they were called there stays
  member_id uuid,
  author_name text not null check (char_length(author_name) <= 80),
  text text not null check (char_length(text) between 1 and 8000),
  at timestamptz not null,
  primary key (workspace_id, agent_id, conversation_id, id),
  foreign key (workspace_id, agent_id, conversation_id) references conversations on delete cascade,
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete set null (member_id),
  constraint only_members_are_members check (author = 'member' or member_id is null)
);
create index messages_of_member on messages (workspace_id, member_id) where member_id is not null;

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
