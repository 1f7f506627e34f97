-- Streams below a workspace's: of an agent, and of each of its conversations. Whoever loses the workspace loses them too,
-- so an event of theirs remembers behind which position of the workspace's stream it was committed: the gateway delivers
-- that far there, removals included, before it delivers the event here (S5).
alter table streams
  add column parent text,
  add column agent_id uuid references agents (id) on delete cascade;
alter table streams drop constraint streams_name_check;
alter table streams add constraint streams_name_check
  check (name ~ '^(workspace|account|user|agent|conversation):[0-9a-f-]{36}$') not valid;
alter table streams add constraint below_a_workspace check (
  (name ~ '^(agent|conversation):') = (agent_id is not null)
  and (agent_id is null) = (parent is null)
  and parent ~ '^workspace:'
) not valid;
create index streams_of_agent on streams (agent_id) where agent_id is not null;
alter table events add column behind bigint;

-- in a workspace's scope its head can be read, to be behind it
create policy behind on streams for select to rollcall_app using (name = 'workspace:' || (select scope_id('workspace_id')));

-- An agent's stream begins with the agent, also where a node of the version before makes it.
create function begin_agent_stream() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.streams (name, parent, agent_id) values ('agent:' || new.id, 'workspace:' || new.workspace_id, new.id);
  return null;
end
$$;
create trigger begin_agent_stream after insert on agents for each row execute function begin_agent_stream();
do $$
begin
  execute format('create policy definer_begins on streams for insert to %I with check (name like ''agent:%%'')', current_user);
end
$$;
insert into streams (name, parent, agent_id)
select 'agent:' || id, 'workspace:' || workspace_id, id from agents;

