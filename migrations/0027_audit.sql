-- Who did or tried what that matters to security, by request: sign-ins, refusals, changes of people and of their rights.
-- Ids alone, and from where: no names, no emails, nothing of a body. They refer to nothing, since they outlast it. Whose
-- workspace it was is `tenant_id`. The application can add to it, and neither read nor change it.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  request_id uuid not null,
  method text not null,
  -- the route's pattern, not what somebody wrote
  route text not null,
  status smallint not null,
  -- why it was refused
  code text,
  user_id uuid,
  tenant_id uuid,
  target_id uuid,
  address inet
);
create index audit_by_time on audit (at);
create index audit_by_user on audit (user_id, at) where user_id is not null;

grant insert on audit to rollcall_app;
alter table audit enable row level security;
alter table audit force row level security;
create policy added on audit for insert to rollcall_app with check (true);

-- Addresses are personal data: half a year is enough to look into what happened.
create function forget_audit(most int) returns int
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  forgotten int;
begin
  delete from public.audit a
  where a.id in (select old.id from public.audit old where old.at < now() - interval '180 days' order by old.at limit most);
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
do $$
begin
  execute format('create policy definer_forgets on audit for all to %I using (true)', current_user);
end
$$;
revoke all on function forget_audit(int) from public;
grant execute on function forget_audit(int) to rollcall_app;
