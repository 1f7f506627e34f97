-- What those who are members no more were called last: their messages keep that name. Whoever left before there was such a
-- table is known by what they were called when they wrote.
create table former_members (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  display_name text not null check (char_length(display_name) <= 80),
  primary key (workspace_id, id)
);
grant select, insert on former_members to rollcall_app;
alter table former_members enable row level security;
alter table former_members force row level security;
create policy scoped on former_members to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')));
