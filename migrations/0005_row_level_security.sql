-- The second floor of tenancy (T1). A query that forgets its workspace finds what its transaction is scoped to and
-- nothing else; forced, so that not even the tables' owner slips past.
--   app.workspace_id  a member's command or query in one workspace
--   app.account_id    the line for seats, over all workspaces of one owner
--   app.user_id       one person's own list
--   app.token_hash    the holder of an invitation link
--   app.streams       the streams that the event log reads or appends to
alter table accounts enable row level security;
alter table accounts force row level security;
alter table workspaces enable row level security;
alter table workspaces force row level security;
alter table former_handles enable row level security;
alter table former_handles force row level security;
alter table avatars enable row level security;
alter table avatars force row level security;
alter table members enable row level security;
alter table members force row level security;
alter table invitations enable row level security;
alter table invitations force row level security;
alter table streams enable row level security;
alter table streams force row level security;
alter table events enable row level security;
alter table events force row level security;

create policy scoped on members to rollcall_app using (
  workspace_id = (select scope_id('workspace_id'))
  or account_id = (select scope_id('account_id'))
  or user_id = (select scope_id('user_id'))
) with check (
  workspace_id = (select scope_id('workspace_id')) or account_id = (select scope_id('account_id'))
);

create policy scoped on invitations to rollcall_app using (
  workspace_id = (select scope_id('workspace_id'))
  or account_id = (select scope_id('account_id'))
  or asked_by = (select scope_id('user_id'))
  or token_hash = (select decode(nullif(current_setting('app.token_hash', true), ''), 'hex'))
) with check (
  workspace_id = (select scope_id('workspace_id')) or account_id = (select scope_id('account_id'))
);

create policy scoped on workspaces to rollcall_app using (
  id = (select scope_id('workspace_id'))
  or account_id = (select scope_id('account_id'))
  or id in (select m.workspace_id from members m where m.user_id = (select scope_id('user_id')))
  or id in (select i.workspace_id from invitations i where i.asked_by = (select scope_id('user_id')))
) with check (
  id = (select scope_id('workspace_id')) or account_id = (select scope_id('account_id'))
);

create policy scoped on accounts to rollcall_app using (
  id = (select scope_id('account_id'))
  or owner_id = (select scope_id('user_id'))
  or id = (select w.account_id from workspaces w where w.id = (select scope_id('workspace_id')))
);

create policy scoped on avatars to rollcall_app using (
  workspace_id = (select scope_id('workspace_id')) or hash = (select nullif(current_setting('app.avatar_hash', true), ''))
) with check (workspace_id = (select scope_id('workspace_id')));

create policy scoped on former_handles to rollcall_app using (workspace_id = (select scope_id('workspace_id')));

create policy scoped on streams to rollcall_app using (name = any ((select scope_list('streams'))::text[]));
create policy scoped on events to rollcall_app using (stream = any ((select scope_list('streams'))::text[]));

-- Handles are one namespace over all workspaces, so whether one is taken cannot be asked within a scope.
-- The answer is a word, never a row.
create function handle_taken(wanted text) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select exists (select from public.workspaces w where w.handle = wanted);
  end;
-- Which workspace a current or former handle means; the caller still has to be a member of it.
create function workspace_of_handle(wanted text) returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select coalesce(
      (select w.id from public.workspaces w where w.handle = wanted),
      (select f.workspace_id from public.former_handles f where f.handle = wanted)
    );
  end;
-- A former handle ends when somebody takes it, whoever had it before.
create function end_former_handle(taken text) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    delete from public.former_handles f where f.handle = taken;
  end;

-- How many members a workspace has, for the list of somebody who sees only their own membership in each.
create function member_count(workspace uuid) returns bigint
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select count(*) from public.members m where m.workspace_id = workspace;
  end;

-- The head of an account's stream, for a snapshot that has just read that account's seats.
create function seat_position(account uuid) returns bigint
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select s.position from public.streams s where s.name = 'account:' || account;
  end;

-- Forced row-level security binds the owner of the tables too, so the functions above need a way through
-- for exactly these questions.
do $$
begin
  execute format('create policy definer_reads on workspaces for select to %I using (true)', current_user);
  execute format('create policy definer_reads on members for select to %I using (true)', current_user);
  execute format('create policy definer_reads on streams for select to %I using (true)', current_user);
  execute format('create policy definer_reads on former_handles for all to %I using (true)', current_user);
end
$$;
revoke all on function handle_taken(text), workspace_of_handle(text), end_former_handle(text), member_count(uuid), seat_position(uuid) from public;
grant execute on function handle_taken(text), workspace_of_handle(text), end_former_handle(text), member_count(uuid), seat_position(uuid)
  to rollcall_app;
