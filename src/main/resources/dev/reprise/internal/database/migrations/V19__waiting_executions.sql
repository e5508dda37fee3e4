-- Executions that were launched for any node and that none has taken yet, in the order of their launches: a row has no name of a -- PostgreSQL
-- node as long as its execution waits. Of what a node owns nothing stands in this index. -- PostgreSQL
create index if not exists REPRISE_OWNER_WAITING on REPRISE_OWNER (APPLICATION, JOB_EXECUTION_ID) where NODE_ID = ''; -- PostgreSQL
