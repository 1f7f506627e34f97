-- From where a visitor began it, for a day: a keyed hash of the address, to count by. Null: not by the Messenger, or longer ago.
alter table conversations add column begun_from bytea check (octet_length(begun_from) = 32);
create index conversations_from on conversations (workspace_id, agent_id, begun_from) where begun_from is not null;

-- Over all agents, so definer's rights; it changes nothing that anybody is shown.
create function forget_addresses(most int) returns int
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  forgotten int;
begin
  update public.conversations c set begun_from = null
  where c.id in (
    select old.id from public.conversations old
    where old.begun_from is not null and old.created_at < now() - interval '1 day'
    limit most
    for update skip locked
  );
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
do $$
begin
  execute format('create policy definer_forgets on conversations for all to %I using (true)', current_user);
end
$$;
revoke all on function forget_addresses(int) from public;
grant execute on function forget_addresses(int) to rollcall_app;
