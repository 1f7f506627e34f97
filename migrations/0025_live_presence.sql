-- Who is here is shown live, and on which pages: each node tells that, too, and hears what the others have told. Nodes of
-- before go on telling in their own way, and are heard without pages.
alter table nodes add column told bigint not null default 0;
alter table presence
  -- separated by spaces
  add column places text not null default '' check (length(places) <= 400),
  -- which of its node's tellings said so last: what a node tells it counts
  add column told bigint not null default 0,
  -- pages change often: a new version of a row finds room beside the old one
  set (fillfactor = 70);

-- Three beats (server/gateway/presence.ts) of a node that is well are within it, with one that fails at its deadline.
create or replace function presence_patience() returns interval
  language sql immutable parallel safe
  return interval '9 seconds';

-- As tell_presence of five arguments, with the number of the telling and where each is who is here.
create function tell_presence(
  node uuid, telling bigint, came_to uuid[], came uuid[], came_at text[], left_from uuid[], gone uuid[]
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  known boolean;
begin
  known := public.tell_presence(node, '{}', '{}', left_from, gone);
  update public.nodes set told = telling where id = node;
  insert into public.presence as p (workspace_id, user_id, node_id, places, told)
  select said.workspace_id, said.user_id, node, said.places, telling
  from unnest(came_to, came, came_at) as said (workspace_id, user_id, places)
  where exists (
    select from public.members m where m.workspace_id = said.workspace_id and m.user_id = said.user_id
  )
  order by said.workspace_id, said.user_id
  on conflict (workspace_id, user_id, node_id) do update set places = excluded.places, told = excluded.told;
  return known;
end
$$;

-- What the other nodes that are alive have told of these workspaces; a node without any of them is one row without one. The
-- nth version is what is known of the nth node in the nth workspace: where it is still so, `members` is null.
create function hear_presence(listener uuid, workspaces uuid[], known_in uuid[], known_of uuid[], known text[])
returns table (node_id uuid, told bigint, lasts double precision, workspace_id uuid, version text, members json)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    with alive as (
      select n.id, n.told,
        extract(epoch from n.seen_at + public.presence_patience() - clock_timestamp())::double precision * 1000 as lasts
      from public.nodes n
      where n.id <> listener and n.seen_at > clock_timestamp() - public.presence_patience()
    ), said as (
      select p.workspace_id, p.node_id, count(*) || ' ' || max(p.told) as version
      from public.presence p
      where p.workspace_id = any(workspaces) and exists (select from alive a where a.id = p.node_id)
      group by p.workspace_id, p.node_id
    )
    select a.id, a.told, a.lasts, s.workspace_id, s.version,
      case when k.version is distinct from s.version then (
        select coalesce(json_agg(json_build_object('memberId', m.id, 'places', string_to_array(p.places, ' '))), '[]')
        from public.presence p
          join public.members m on m.workspace_id = p.workspace_id and m.user_id = p.user_id
        where p.workspace_id = s.workspace_id and p.node_id = s.node_id
      ) end
    from alive a
      left join said s on s.node_id = a.id
      left join unnest(known_in, known_of, known) as k (workspace_id, node_id, version)
        on k.workspace_id = s.workspace_id and k.node_id = s.node_id;
  end;

revoke all on function
  tell_presence(uuid, bigint, uuid[], uuid[], text[], uuid[], uuid[]), hear_presence(uuid, uuid[], uuid[], uuid[], text[])
  from public;
grant execute on function
  tell_presence(uuid, bigint, uuid[], uuid[], text[], uuid[], uuid[]), hear_presence(uuid, uuid[], uuid[], uuid[], text[])
  to rollcall_app;
