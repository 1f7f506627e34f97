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
);
-- the agent first: what others know costs nobody anything
create index passages_by_words on passages using gin (agent_id, words);

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
