-- Who asked, by an invitation's link, to get no more of them from the same account, whichever of its workspaces sends.
create table unwanted_invitations (
  account_id uuid not null references accounts on delete cascade,
  email text not null check (email = lower(email)),
  at timestamptz not null,
  primary key (account_id, email)
);
create index unwanted_by_time on unwanted_invitations (at);
grant select, insert, update (at) on unwanted_invitations to rollcall_app;
alter table unwanted_invitations enable row level security;
alter table unwanted_invitations force row level security;
create policy scoped on unwanted_invitations to rollcall_app using (
  account_id = (select scope_id('account_id'))
  or account_id = (select w.account_id from workspaces w where w.id = (select scope_id('workspace_id')))
);

-- People change their minds, and have no other way to say so: half a year later they can be asked once more.
create function forget_unwanted(most int) returns int
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  forgotten int;
begin
  delete from public.unwanted_invitations u
  where (u.account_id, u.email) in (
    select old.account_id, old.email from public.unwanted_invitations old
    where old.at < now() - interval '180 days'
    order by old.at
    limit most
  );
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
do $$
begin
  execute format('create policy definer_forgets on unwanted_invitations for all to %I using (true)', current_user);
end
$$;
revoke all on function forget_unwanted(int) from public;
grant execute on function forget_unwanted(int) to rollcall_app;
