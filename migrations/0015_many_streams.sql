-- One command can concern thousands of streams: the conversations of a contact, or of a member. Whether a stream is one of
-- the transaction's is looked up, not compared with each of them, and no index is searched for all of them once a row.
alter policy scoped on streams
  using ((select jsonb_object(scope_list('streams'), scope_list('streams'))) ? name);
alter policy scoped on events
  using ((select jsonb_object(scope_list('streams'), scope_list('streams'))) ? stream);
