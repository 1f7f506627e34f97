-- Up to where each member has read each conversation. What others wrote behind that is unread.
create table reads (
  workspace_id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  member_id uuid not null,
  -- how many of its messages, from the first one on
  up_to int not null check (up_to > 0),
  primary key (workspace_id, agent_id, conversation_id, member_id),
  foreign key (workspace_id, agent_id, conversation_id) references conversations on delete cascade,
  foreign key (workspace_id, member_id) references members (workspace_id, id) on delete cascade
);
create index reads_of_member on reads (workspace_id, member_id);

grant select, insert, update (up_to) on reads to rollcall_app;
alter table reads enable row level security;
alter table reads force row level security;
create policy scoped on reads to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));

-- Nobody finds unread what was written before they came, or before anybody counted. A default, since the version before
-- names no such column when somebody joins.
alter table members add column unread_since timestamptz not null default now();
