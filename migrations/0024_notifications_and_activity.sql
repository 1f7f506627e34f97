-- What those who run a workspace are told of it. Each belongs to one person, who reads them in one list over all workspaces.
create table notifications (
  user_id uuid not null,
  id uuid not null,
  workspace_id uuid not null,
  kind text not null check (
    kind in ('invitation.accepted', 'invitation.declined', 'invitation.expired', 'invitation.waiting', 'member.left')
  ),
  -- names and addresses as they were then
  about jsonb not null,
  at timestamptz not null,
  read_at timestamptz,
  primary key (user_id, id),
  -- whoever is no member any more keeps no address of the workspace's: their notifications go in the statement that ends it
  foreign key (workspace_id, user_id) references members (workspace_id, user_id) on delete cascade
);
create index notifications_of_member on notifications (workspace_id, user_id);
create index notifications_unread on notifications (user_id, workspace_id) where read_at is null;
create index notifications_by_age on notifications (at);

grant select, insert, update (read_at), delete on notifications to rollcall_app;
alter table notifications enable row level security;
alter table notifications force row level security;
create policy scoped on notifications to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) or user_id = (select scope_id('user_id')));

-- Over everybody, so definer's rights. What is unread is counted, so it is read by a command before it goes.
create function readers_behind(before timestamptz, most int) returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select distinct old.user_id
    from (
      select n.user_id from public.notifications n where n.at < before and n.read_at is null order by n.at limit most
    ) old;
  end;
create function forget_notifications(most int) returns int
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  forgotten int;
begin
  delete from public.notifications n
  where (n.user_id, n.id) in (
    select old.user_id, old.id from public.notifications old
    where old.at < now() - interval '90 days' and old.read_at is not null
    limit most
    for update skip locked
  );
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
do $$
begin
  execute format('create policy definer_forgets on notifications for all to %I using (true)', current_user);
end
$$;
revoke all on function readers_behind(timestamptz, int), forget_notifications(int) from public;
grant execute on function readers_behind(timestamptz, int), forget_notifications(int) to rollcall_app;

-- The activity page reads the log of a workspace by what happened, by who did it and by when, however long it is. Of the
-- streams below it nobody asks that: their rows are in none of these.
create function event_subject(data jsonb) returns text
  language sql immutable parallel safe
  return coalesce(
    data ->> 'invitationId', data -> 'invitation' ->> 'id', data ->> 'memberId', data -> 'member' ->> 'id',
    data ->> 'agentId', data -> 'agent' ->> 'id', ''
  );
create index events_by_type on events (stream, type, position) where stream like 'workspace:%';
create index events_by_time on events (stream, at) where stream like 'workspace:%';
create index events_by_actor on events (stream, (actor ->> 'memberId'), type, position)
  where stream like 'workspace:%' and actor is not null;
create index events_by_subject on events (stream, event_subject(data), type, position) where stream like 'workspace:%';

-- What somebody did in a stream of the transaction's. Definer's rights, since row-level security lets no condition on jsonb
-- use an index; the answer is positions, never a row.
create function positions_of_actor(
  of_stream text, by_actor text, of_types text[], after bigint, before bigint, since timestamptz, until timestamptz,
  newest boolean, most int
) returns setof bigint
  language sql stable rows 50 security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select found.position
    from unnest(of_types) as kind (type) cross join lateral (
      (
        select e.position from public.events e
        where newest and e.stream = of_stream and e.stream like 'workspace:%' and e.actor is not null
          and e.actor ->> 'memberId' = by_actor and e.type = kind.type and e.position > after and e.position < before
          and (since is null or e.at >= since) and (until is null or e.at <= until)
        order by e.position desc
        limit most
      ) union all (
        select e.position from public.events e
        where not newest and e.stream = of_stream and e.stream like 'workspace:%' and e.actor is not null
          and e.actor ->> 'memberId' = by_actor and e.type = kind.type and e.position > after and e.position < before
          and (since is null or e.at >= since) and (until is null or e.at <= until)
        order by e.position
        limit most
      )
    ) found
    where of_stream = any ((select public.scope_list('streams'))::text[]);
  end;

-- What the last event of these types before a position told of somebody or something, in a stream of the transaction's.
create function last_told(of_stream text, subject text, of_types text[], before bigint) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select found.data
    from unnest(of_types) as kind (type) cross join lateral (
      select e.position, e.data from public.events e
      where e.stream = of_stream and e.stream like 'workspace:%' and public.event_subject(e.data) = subject
        and e.type = kind.type and e.position < before
      order by e.position desc
      limit 1
    ) found
    where of_stream = any ((select public.scope_list('streams'))::text[])
    order by found.position desc
    limit 1;
  end;
do $$
begin
  execute format('create policy definer_reads on events for select to %I using (true)', current_user);
end
$$;
revoke all on function positions_of_actor(text, text, text[], bigint, bigint, timestamptz, timestamptz, boolean, int),
  last_told(text, text, text[], bigint) from public;
grant execute on function positions_of_actor(text, text, text[], bigint, bigint, timestamptz, timestamptz, boolean, int),
  last_told(text, text, text[], bigint) to rollcall_app;
