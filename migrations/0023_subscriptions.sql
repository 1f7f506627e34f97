-- Who pays for an account, and how that stands. Nothing of cards or amounts: those are the payment provider's.
create table subscriptions (
  account_id uuid primary key references accounts on delete cascade,
  -- what the provider calls whoever pays, and what they pay for
  customer_id text not null unique check (char_length(customer_id) between 1 and 255),
  subscription_id text check (char_length(subscription_id) between 1 and 255),
  status text not null default 'none' check (status in ('none', 'active', 'past_due', 'cancelled')),
  -- the first time that it was seen unpaid, and until when plan and seats stay all the same
  past_due_since timestamptz,
  grace_until timestamptz,
  -- when it ends, where it was cancelled for then
  cancels_at timestamptz,
  -- how often the provider was asked how it stands, and which asking the row is from: one that began earlier is not believed
  syncs bigint not null default 0,
  synced bigint not null default 0,
  constraint nothing_is_known_unasked check (synced <= syncs),
  constraint grace_has_an_end check ((past_due_since is null) = (grace_until is null)),
  constraint grace_is_for_what_is_unpaid check ((status = 'past_due') = (grace_until is not null))
);
grant select, insert,
  update (customer_id, subscription_id, status, past_due_since, grace_until, cancels_at, syncs, synced)
  on subscriptions to rollcall_app;

alter table subscriptions enable row level security;
alter table subscriptions force row level security;
create policy scoped on subscriptions to rollcall_app using (
  account_id = (select scope_id('account_id'))
  or account_id in (select a.id from accounts a where a.owner_id = (select scope_id('user_id')))
);

-- Whom the provider means. It knows customers and not our accounts, so there is no scope to ask within.
create function account_of_customer(customer text) returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select s.account_id from public.subscriptions s where s.customer_id = customer;
  end;

-- So many accounts that pay, or once did, behind `after`: ids alone.
create function accounts_that_pay(after uuid, most int) returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select s.account_id from public.subscriptions s
    where after is null or s.account_id > after
    order by s.account_id
    limit most;
  end;

-- The nightly look at all of them. One that is planned already stays where it is, whoever starts meanwhile.
create function plan_reconciliation() returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select graphile_worker.add_job(
      'reconcile-billing', '{}'::json,
      run_at => (date_trunc('day', now() at time zone 'utc') + interval '1 day 3 hours 17 minutes') at time zone 'utc',
      job_key => 'reconcile-billing', job_key_mode => 'preserve_run_at', max_attempts => 15
    );
  end;

do $$
begin
  execute format('create policy definer_reads on subscriptions for select to %I using (true)', current_user);
end
$$;
revoke all on function account_of_customer(text), accounts_that_pay(uuid, int), plan_reconciliation() from public;
grant execute on function account_of_customer(text), accounts_that_pay(uuid, int), plan_reconciliation() to rollcall_app;
