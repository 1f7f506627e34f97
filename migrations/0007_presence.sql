-- Who has a page open that watches a workspace, as each node says of its own sockets. Never the truth of anything: unlogged,
-- since after a crash of the database the nodes say it again.
create unlogged table nodes (
  id uuid primary key,
  -- by this database's clock; a node that has not been seen for presence_patience() is gone with all that it said
  seen_at timestamptz not null
);

create unlogged table presence (
  workspace_id uuid not null,
  user_id uuid not null,
  node_id uuid not null references nodes on delete cascade,
  -- none to members: its check would lock members' rows, and no command may ever wait for presence
  primary key (workspace_id, user_id, node_id)
);
create index presence_of_node on presence (node_id);

create function presence_patience() returns interval
  language sql immutable parallel safe
  return interval '15 seconds';

alter table presence enable row level security;
alter table presence force row level security;
create policy scoped on presence for select to rollcall_app using (workspace_id = (select scope_id('workspace_id')));
-- written by the functions below alone, which speak for many workspaces at once
grant select on nodes, presence to rollcall_app;

-- A node says that it is alive, and what has changed since it last said so; the nth user belongs to the nth workspace.
-- Answers whether the node was known: where not, whatever it said before is gone and has to be said again.
create function tell_presence(
  node uuid, came_to uuid[], came uuid[], left_from uuid[], gone uuid[]
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  known boolean;
begin
  update public.nodes set seen_at = clock_timestamp() where id = node;
  known := found;
  if not known then
    insert into public.nodes (id, seen_at) values (node, clock_timestamp());
  end if;
  delete from public.nodes where id in (
    select n.id from public.nodes n
    where n.seen_at < clock_timestamp() - public.presence_patience()
    order by n.id
    for update skip locked
  );
  insert into public.presence (workspace_id, user_id, node_id)
  select told.workspace_id, told.user_id, node
  from unnest(came_to, came) as told (workspace_id, user_id)
  where exists (
    select from public.members m where m.workspace_id = told.workspace_id and m.user_id = told.user_id
  )
  order by told.workspace_id, told.user_id
  on conflict do nothing;
  delete from public.presence where (workspace_id, user_id, node_id) in (
    select p.workspace_id, p.user_id, p.node_id
    from public.presence p join unnest(left_from, gone) as told (workspace_id, user_id)
      on p.workspace_id = told.workspace_id and p.user_id = told.user_id
    where p.node_id = node
    for update of p skip locked
  );
  return known;
end
$$;

-- A node that stops in order takes along what it said.
create function end_presence(node uuid) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    delete from public.nodes where id = node;
  end;

-- Whoever is no member any more is not here any more. What somebody else is just deleting is skipped, not waited for.
create function end_presence_of_members() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from public.presence where (workspace_id, user_id, node_id) in (
    select p.workspace_id, p.user_id, p.node_id
    from public.presence p join former f on f.workspace_id = p.workspace_id and f.user_id = p.user_id
    for update of p skip locked
  );
  return null;
end
$$;
create trigger end_presence after delete on members
  referencing old table as former for each statement execute function end_presence_of_members();

do $$
begin
  execute format('create policy definer_writes on presence for all to %I using (true)', current_user);
end
$$;
revoke all on function tell_presence(uuid, uuid[], uuid[], uuid[], uuid[]), end_presence(uuid), end_presence_of_members() from public;
grant execute on function tell_presence(uuid, uuid[], uuid[], uuid[], uuid[]), end_presence(uuid) to rollcall_app;
