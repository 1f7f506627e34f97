-- The application works as rollcall_app: it owns no table, so row-level security binds it.
do $$
begin
  create role rollcall_app nologin nosuperuser nobypassrls;
exception
  when duplicate_object or unique_violation then null;
end
$$;
grant rollcall_app to current_user;

-- What a transaction may see is named by transaction-local settings. An unset one reads back as '' on a
-- connection that once had it, hence nullif: no scope means no rows, never an error.
create function scope_id(name text) returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.' || name, true), '')::uuid;

create function scope_list(name text) returns text[]
  language sql stable parallel safe
  return string_to_array(nullif(current_setting('app.' || name, true), ''), ',');

-- Jobs are enqueued in the command's own transaction. Definer's rights, so that the application can add and
-- withdraw jobs but neither read nor change anybody's.
create function enqueue_job(task text, payload json, run_at timestamptz, job_key text) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select graphile_worker.add_job(task, payload, run_at => run_at, job_key => job_key, max_attempts => 15);
  end;
create function withdraw_job(job_key text) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
  begin atomic
    select graphile_worker.remove_job(job_key);
  end;
revoke all on function enqueue_job(text, json, timestamptz, text), withdraw_job(text) from public;
grant execute on function enqueue_job(text, json, timestamptz, text), withdraw_job(text) to rollcall_app;
