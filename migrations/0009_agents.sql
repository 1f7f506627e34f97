-- An agent belongs to one workspace for its whole life. A workspace that has one cannot be deleted: whoever deletes it
-- says so for each agent, by its name.
create table agents (
  id uuid not null unique,
  workspace_id uuid not null references workspaces on delete restrict,
  name text not null check (char_length(name) between 1 and 80),
  -- the language of its knowledge base
  language text not null check (language ~ '^[a-z]{2}$'),
  greeting text not null check (char_length(greeting) <= 500),
  help_desk boolean not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);

-- There is no way to move one: not by a command, and not past all commands either.
create function stay_in_place() returns trigger language plpgsql as $$
begin
  raise exception '% stays where it was made', tg_table_name using errcode = 'check_violation';
end
$$;
create trigger stay_in_place before update of workspace_id, id on agents for each row execute function stay_in_place();

grant select, insert, update (name, language, greeting, help_desk), delete on agents to rollcall_app;

alter table agents enable row level security;
alter table agents force row level security;
create policy scoped on agents to rollcall_app using (workspace_id = (select scope_id('workspace_id')));
