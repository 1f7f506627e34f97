-- Who is told of what happens, outside of Rollcall. Secrets are sealed (server/mail/seal.ts), with the row that they
-- belong to: moved to another row they do not open.
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
  created_at timestamptz not null,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
  constraint a_former_secret_ends check ((former_sealed_secret is null) = (former_secret_until is null)),
  constraint only_switched_off_for_a_reason check (problem is null or not active)
);
create index webhooks_of_workspace on webhooks (workspace_id) where active;

create table webhook_deliveries (
  -- the webhook-id header: the same for every attempt, so that a receiver knows a repetition
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  webhook_id uuid not null,
  -- in the order of the commits
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
  constraint pending_ones_are_tried_again check ((status = 'pending') = (next_attempt_at is not null))
);
create index deliveries_due on webhook_deliveries (webhook_id, place) where status = 'pending';
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
  update (url, events, active, sealed_secret, former_sealed_secret, former_secret_until, failing_since, problem, last_place)
  on webhooks to rollcall_app;
grant select, insert, delete,
  update (status, attempts, next_attempt_at, last_attempt_at, answer_status, answer_problem)
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

-- What was told is queued for whoever is switched on for it, in the transaction that tells it, and the endpoints' jobs
-- are woken. Definer's rights, since what happens in a workspace or an account concerns the endpoints of many agents.
-- `told`: [{stream, type, at, data}].
create function queue_deliveries(told jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  heard record;
  taken bigint;
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
    where id = heard.webhook_id and active
    returning last_place into taken;
    if found then
      insert into public.webhook_deliveries
        (id, workspace_id, agent_id, webhook_id, place, type, payload, status, next_attempt_at, created_at)
      values (
        gen_random_uuid(), heard.workspace_id, heard.agent_id, heard.webhook_id, taken, heard.type,
        json_build_object(
          'type', heard.type, 'timestamp', heard.at,
          'data', jsonb_build_object('workspaceId', heard.workspace_id, 'agentId', heard.agent_id) || heard.data
        )::text,
        'pending', clock_timestamp(), clock_timestamp()
      );
      perform public.wake_webhook(heard.workspace_id, heard.agent_id, heard.webhook_id, null);
    end if;
  end loop;
end
$$;

-- One job for each endpoint, in a line of its own: its deliveries go out one after another. A job that waits for its next
-- attempt keeps its time when there is more to deliver.
create function wake_webhook(workspace uuid, agent uuid, webhook uuid, due timestamptz) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select graphile_worker.add_job(
      'deliver-webhook',
      json_build_object('workspaceId', workspace, 'agentId', agent, 'webhookId', webhook),
      queue_name => 'webhook:' || webhook, run_at => due, job_key => 'webhook:' || webhook,
      job_key_mode => 'preserve_run_at', max_attempts => 25
    );
  end;

do $$
declare
  one text;
begin
  foreach one in array array['webhooks', 'webhook_deliveries'] loop
    execute format('create policy definer_queues on %I for all to %I using (true)', one, current_user);
  end loop;
end
$$;
revoke all on function queue_deliveries(jsonb), wake_webhook(uuid, uuid, uuid, timestamptz) from public;
grant execute on function queue_deliveries(jsonb), wake_webhook(uuid, uuid, uuid, timestamptz) to rollcall_app;
