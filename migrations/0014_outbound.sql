-- Who is told of what happens, outside of Rollcall. Secrets are sealed (server/secrets/seal.ts), with the row that
-- they belong to: moved to another row they do not open.
create table webhooks (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  url text not null check (url ~ '^https://' and char_length(url) <= 2000),
  events text[] not null,
  active boolean not null,
  sealed_secret text not null,
  -- the secret before a rotation still signs until then
  former_sealed_secret text,
  former_secret_until timestamptz,
  -- the first failure since the last success
  failing_since timestamptz,
  -- why it was switched off by itself, for people
  problem text check (char_length(problem) <= 300),
  -- the place of its newest delivery
  last_place bigint not null default 0,
  -- who delivers to it just now, alone: after its time somebody else may, as after the end of a node
  delivering uuid,
  delivering_until timestamptz,
  -- the delivery in front waits that long for its next attempt, and those behind it with it
  held_until timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
  constraint a_former_secret_ends check ((former_sealed_secret is null) = (former_secret_until is null)),
  constraint nobody_delivers_for_ever check ((delivering is null) = (delivering_until is null)),
  constraint only_switched_off_for_a_reason check (problem is null or not active)
);
create index webhooks_of_workspace on webhooks (workspace_id) where active;
create index webhooks_of_agent on webhooks (agent_id) where active;

create table webhook_deliveries (
  -- the webhook-id header: the same for every attempt, so that a receiver knows a repetition
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  webhook_id uuid not null,
  -- in the order of the commits. What the test button sends has places below zero: it waits for nobody
  place bigint not null,
  type text not null,
  -- the body, as it is signed
  payload text not null,
  test boolean not null default false,
  status text not null check (status in ('pending', 'delivered', 'failed')),
  attempts int not null default 0,
  next_attempt_at timestamptz,
  last_attempt_at timestamptz,
  -- of the last attempt: the answer's status, or why there was none
  answer_status int,
  answer_problem text check (char_length(answer_problem) <= 300),
  created_at timestamptz not null,
  primary key (workspace_id, agent_id, webhook_id, id),
  unique (webhook_id, place),
  foreign key (workspace_id, agent_id, webhook_id) references webhooks on delete cascade,
  constraint pending_ones_are_tried_again check ((status = 'pending') = (next_attempt_at is not null)),
  constraint tests_wait_for_nobody check (test = (place < 0))
);
create index deliveries_due on webhook_deliveries (webhook_id, place) where status = 'pending';
-- those that hold up whatever is behind them (server/agents/webhooks/line.ts)
create index deliveries_holding on webhook_deliveries (webhook_id, place)
  where status = 'pending' and attempts between 1 and 2 and place > 0;
create index deliveries_by_age on webhook_deliveries (created_at);

create table integrations (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  kind text not null check (kind in ('slack', 'email')),
  name text not null check (char_length(name) between 1 and 80),
  -- the incoming webhook's address, or the address to forward to: a secret both
  sealed_target text not null,
  -- as much of it as may be shown
  hint text not null check (char_length(hint) <= 100),
  active boolean not null,
  -- why the last message could not be handed on, for people
  problem text check (char_length(problem) <= 300),
  created_at timestamptz not null,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade
);

create trigger stay_in_place before update of workspace_id, agent_id, id on webhooks
  for each row execute function stay_in_place();
create trigger stay_in_place before update of workspace_id, agent_id, id on integrations
  for each row execute function stay_in_place();

grant select, insert, delete,
  update (
    url, events, active, sealed_secret, former_sealed_secret, former_secret_until, failing_since, problem, last_place,
    delivering, delivering_until, held_until
  )
  on webhooks to rollcall_app;
grant select, insert, delete,
  update (place, status, attempts, next_attempt_at, last_attempt_at, answer_status, answer_problem)
  on webhook_deliveries to rollcall_app;
grant select, insert, delete, update (name, sealed_target, hint, active, problem) on integrations to rollcall_app;

alter table webhooks enable row level security;
alter table webhooks force row level security;
alter table webhook_deliveries enable row level security;
alter table webhook_deliveries force row level security;
alter table integrations enable row level security;
alter table integrations force row level security;
create policy scoped on webhooks to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));
create policy scoped on webhook_deliveries to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));
create policy scoped on integrations to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));

-- An id for a delivery, sorted by when it was made, as all our ids are (UUIDv7).
create function new_delivery_id() returns uuid
  language sql volatile
  return (
    select (left(moment, 8) || '-' || right(moment, 4) || '-7' || substr(gen_random_uuid()::text, 16))::uuid
    from lpad(to_hex(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') as moment
  );

-- An endpoint's job, at `due` or before. Whoever calls it has locked the endpoint's row, and so does the job as it begins:
-- one that is there already finds whatever is committed by then.
create function wake_webhook(workspace uuid, agent uuid, webhook uuid, due timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
    select from graphile_worker.jobs j
    where j.key = 'webhook:' || webhook and j.locked_at is null and j.attempts = 0 and j.run_at <= due
  ) then
    perform graphile_worker.add_job(
      'deliver-webhook',
      json_build_object('workspaceId', workspace, 'agentId', agent, 'webhookId', webhook),
      run_at => due, job_key => 'webhook:' || webhook, max_attempts => 25
    );
  end if;
end
$$;

-- What was told is queued for whoever is switched on for it, in the transaction that tells it, and the endpoints' jobs
-- are woken. Definer's rights, since what happens in a workspace or an account concerns the endpoints of many agents.
-- `told`: [{stream, type, at, data}].
create function queue_deliveries(told jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  heard record;
  taken bigint;
  quiet_until timestamptz;
begin
  for heard in
    with said as (
      select t.nth, t.type, t.at, t.data,
        split_part(t.stream, ':', 1) as kind,
        split_part(t.stream, ':', 2)::uuid as id,
        (select s.agent_id from public.streams s where s.name = t.stream) as agent_id
      from rows from (jsonb_to_recordset(told) as (stream text, type text, at text, data jsonb))
        with ordinality as t (stream, type, at, data, nth)
    ),
    endpoints as (
      select said.nth, w.id
      from said join public.webhooks w on w.agent_id = said.agent_id
      where said.kind in ('agent', 'conversation') and w.active and said.type = any (w.events)
      union all
      select said.nth, w.id
      from said join public.webhooks w on w.workspace_id = said.id
      where said.kind = 'workspace' and w.active and said.type = any (w.events)
      union all
      select said.nth, w.id
      from said join public.workspaces a on a.account_id = said.id join public.webhooks w on w.workspace_id = a.id
      where said.kind = 'account' and w.active and said.type = any (w.events)
    )
    select w.workspace_id, w.agent_id, w.id as webhook_id, said.type, said.at, said.data
    from endpoints join said using (nth) join public.webhooks w on w.id = endpoints.id
    order by w.id, said.nth
  loop
    update public.webhooks set last_place = last_place + 1
    where id = heard.webhook_id and active and heard.type = any (events)
    returning last_place, greatest(delivering_until, held_until) into taken, quiet_until;
    if found then
      insert into public.webhook_deliveries
        (id, workspace_id, agent_id, webhook_id, place, type, payload, status, next_attempt_at, created_at)
      values (
        public.new_delivery_id(), heard.workspace_id, heard.agent_id, heard.webhook_id, taken, heard.type,
        json_build_object(
          'type', heard.type, 'timestamp', heard.at,
          'data', jsonb_build_object('workspaceId', heard.workspace_id, 'agentId', heard.agent_id) || heard.data
        )::text,
        'pending', clock_timestamp(), clock_timestamp()
      );
      perform public.wake_webhook(
        heard.workspace_id, heard.agent_id, heard.webhook_id, greatest(clock_timestamp(), quiet_until)
      );
    end if;
  end loop;
end
$$;

-- What was delivered or given up goes after 30 days, and so does what waits for an endpoint that stays switched off; what
-- was sent again waits a day at least. So many at a time; answers how many.
create function forget_deliveries(most int) returns int
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  forgotten int;
begin
  delete from public.webhook_deliveries d
  where d.id in (
    select old.id from public.webhook_deliveries old
    where old.created_at < now() - interval '30 days'
      and coalesce(old.next_attempt_at, old.last_attempt_at, old.created_at) < now() - interval '1 day'
    order by old.created_at
    limit most
    for update skip locked
  );
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
create function forget_former_secrets() returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    update public.webhooks w set former_sealed_secret = null, former_secret_until = null
    where w.former_secret_until < clock_timestamp();
  end;

-- Where something is sealed with another key than the one whose name it begins with, behind `after`. Names alone: what is
-- sealed is read in the scope of its agent.
create function sealed_otherwise(key_name text, after uuid, most int)
  returns table (kind text, workspace_id uuid, agent_id uuid, id uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select 'webhook' as kind, w.workspace_id, w.agent_id, w.id
    from public.webhooks w
    where (after is null or w.id > after)
      and (not starts_with(w.sealed_secret, key_name) or not starts_with(w.former_sealed_secret, key_name))
    union all
    select 'integration' as kind, i.workspace_id, i.agent_id, i.id
    from public.integrations i
    where (after is null or i.id > after) and not starts_with(i.sealed_target, key_name)
    order by 4
    limit most;
  end;

do $$
declare
  one text;
begin
  foreach one in array array['webhooks', 'webhook_deliveries'] loop
    execute format('create policy definer_queues on %I for all to %I using (true)', one, current_user);
  end loop;
  execute format('create policy definer_reads on integrations for select to %I using (true)', current_user);
end
$$;
revoke all on function
  queue_deliveries(jsonb), wake_webhook(uuid, uuid, uuid, timestamptz), forget_deliveries(int), forget_former_secrets(),
  sealed_otherwise(text, uuid, int)
  from public;
grant execute on function
  queue_deliveries(jsonb), wake_webhook(uuid, uuid, uuid, timestamptz), forget_deliveries(int), forget_former_secrets(),
  sealed_otherwise(text, uuid, int)
  to rollcall_app;
