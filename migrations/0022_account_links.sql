-- Links that were emailed to somebody about their own account. The database holds the hash of the secret alone; of a kind
-- each person has one, the latest.
create table account_links (
  user_id uuid not null references users on delete cascade,
  kind text not null check (kind in ('reset', 'verify', 'change_email')),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  -- where it went; of `change_email` the address that is to be theirs
  email text not null check (email = lower(email)),
  expires_at timestamptz not null,
  primary key (user_id, kind)
);
grant select, insert, update (token_hash, email, expires_at), delete on account_links to rollcall_app;
grant update (email) on users to rollcall_app;

-- What somebody wrote, over all workspaces and agents, for the copy of what is kept of them. Definer's rights, since an
-- agent's rows are seen within that agent alone; the person is the transaction's own.
create function own_messages() returns table (
  workspace_id uuid, agent_id uuid, conversation_id uuid, text text, at timestamptz
)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select w.workspace_id, w.agent_id, w.conversation_id, w.text, w.at
    from public.messages w join public.members m on m.workspace_id = w.workspace_id and m.id = w.member_id
    where m.user_id = (select public.scope_id('user_id'))
    order by w.at, w.id;
  end;
create index messages_of_member on messages (workspace_id, member_id) where member_id is not null;
revoke all on function own_messages() from public;
grant execute on function own_messages() to rollcall_app;
