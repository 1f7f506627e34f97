-- What an agent knows. Found by its words, within the agent, in the language that it is written in.
create extension if not exists btree_gin with schema public;

create table resources (
  id uuid not null unique,
  workspace_id uuid not null,
  agent_id uuid not null,
  kind text not null check (kind in ('text', 'qa', 'url')),
  -- the title, the question, or the page's own title
  title text not null check (char_length(title) between 1 and 300),
  -- the text, the answer, or what could be read of the page
  content text not null check (char_length(content) <= 200000),
  url text check (char_length(url) <= 2000),
  language text not null check (language ~ '^[a-z]{2}$'),
  status text not null check (status in ('ready', 'fetching', 'failed')),
  -- why the page could not be read, for people
  problem text check (char_length(problem) <= 300),
  fetched_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, agent_id, id),
  foreign key (workspace_id, agent_id) references agents (workspace_id, id) on delete cascade,
  constraint only_pages_have_an_address check ((kind = 'url') = (url is not null)),
  constraint only_pages_are_fetched check (kind = 'url' or (status = 'ready' and fetched_at is null)),
  constraint failures_say_why check ((status = 'failed') = (problem is not null))
);
create trigger stay_in_place before update of workspace_id, agent_id, id, kind on resources
  for each row execute function stay_in_place();

-- The parts of a resource that are found and shown, each with its words as its language's search knows them.
create table passages (
  workspace_id uuid not null,
  agent_id uuid not null,
  resource_id uuid not null,
  nth int not null check (nth > 0),
  configuration regconfig not null,
  title text not null,
  body text not null,
  words tsvector not null generated always as (
    setweight(to_tsvector(configuration, title), 'A') || setweight(to_tsvector(configuration, body), 'B')
  ) stored,
  primary key (workspace_id, agent_id, resource_id, nth),
  foreign key (workspace_id, agent_id, resource_id) references resources on delete cascade
)
-- a search ranks thousands of them: their words stay beside them, and are not fetched one by one from elsewhere
with (toast_tuple_target = 8160);
-- the agent first, and no list of what is still to be put in: what others know, or have just learnt, costs nobody anything
create index passages_by_words on passages using gin (agent_id, words) with (fastupdate = off);
create index passages_by_configuration on passages (workspace_id, agent_id, configuration);

grant select, insert, delete,
  update (title, content, url, language, status, problem, fetched_at, updated_at) on resources to rollcall_app;
grant select, insert, delete on passages to rollcall_app;

alter table resources enable row level security;
alter table resources force row level security;
alter table passages enable row level security;
alter table passages force row level security;
create policy scoped on resources to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));
create policy scoped on passages to rollcall_app
  using (workspace_id = (select scope_id('workspace_id')) and agent_id = (select scope_id('agent_id')));

-- Below a policy PostgreSQL uses no operator in an index that could tell what it is not to tell, and @@ counts as one: a
-- search under row-level security reads every passage of the agent. So it is made with the rights of the tables' owner. It
-- takes no tenant: it finds within the scope of its transaction, as the policies do, and nothing without one.
--   question  as it was asked: quotes, minus and `or` mean what they mean to search engines
--   binding   its phrases and what it excludes; they hold, too, where not all of its words are found
--   loose     its other words, any of which may do: those are ranked behind, below 1, and only where there is room
-- Of a resource the best passage, with what it was found by. A word that is everywhere ranks little, so of the passages of
-- one language that have it no more than 20,000 are compared.
create function search_passages(question text, binding text, loose text, most int)
  returns table (resource_id uuid, nth int, rank float8, query tsquery)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
    with asked as materialized (
      select
        known.configuration,
        websearch_to_tsquery(known.configuration, question) as whole,
        websearch_to_tsquery(known.configuration, binding) && (
          select string_agg('''' || replace(replace(word, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery
          from unnest(tsvector_to_array(to_tsvector(known.configuration, loose))) as word
        ) as part
      from unnest(
        '{simple,arabic,danish,dutch,english,finnish,french,german,greek,hungarian,italian,norwegian,portuguese,romanian,russian,spanish,swedish,turkish}'::regconfig[]
      ) as known (configuration)
      where exists (
        select from public.passages p
        where p.workspace_id = public.scope_id('workspace_id') and p.agent_id = public.scope_id('agent_id')
          and p.configuration = known.configuration
      )
    ),
    by_whole as materialized (
      select distinct on (f.resource_id) f.resource_id, f.nth, 1 + ts_rank_cd(f.words, asked.whole, 32) as rank, asked.whole as query
      from asked cross join lateral (
        select p.resource_id, p.nth, p.words
        from public.passages p
        where p.workspace_id = public.scope_id('workspace_id') and p.agent_id = public.scope_id('agent_id')
          and p.configuration = asked.configuration and p.words @@ asked.whole
        limit 20000
      ) f
      -- what only excludes asks for nothing
      where querytree(asked.whole) not in ('', 'T')
      order by f.resource_id, rank desc, f.nth
    ),
    by_part as (
      select distinct on (f.resource_id) f.resource_id, f.nth, ts_rank(f.words, asked.part)::float8 as rank, asked.part as query
      from asked cross join lateral (
        select p.resource_id, p.nth, p.words
        from public.passages p
        where p.workspace_id = public.scope_id('workspace_id') and p.agent_id = public.scope_id('agent_id')
          and p.configuration = asked.configuration and p.words @@ asked.part
        limit 20000
      ) f
      where asked.part <> asked.whole and (select count(*) from by_whole) < most
        and f.resource_id not in (select w.resource_id from by_whole w)
      order by f.resource_id, rank desc, f.nth
    )
    select found.resource_id, found.nth, found.rank, found.query
    from (
      select w.resource_id, w.nth, w.rank, w.query from by_whole w
      union all
      select p.resource_id, p.nth, p.rank, p.query from by_part p
    ) found
    order by found.rank desc, found.resource_id
    limit most;
  end;
revoke all on function search_passages(text, text, text, int) from public;
grant execute on function search_passages(text, text, text, int) to rollcall_app;
do $$
begin
  execute format('create policy definer_reads on passages for select to %I using (true)', current_user);
end
$$;
