CREATE TABLE alembic_version ( version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num) );
CREATE TABLE inbox ( seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, intake_id VARCHAR NOT NULL, jurisdiction_id VARCHAR NOT NULL, channel_id VARCHAR NOT NULL, source_id VARCHAR NOT NULL, source_key BLOB NOT NULL, received_at BIGINT NOT NULL, content_type VARCHAR NOT NULL, envelope TEXT NOT NULL, size INTEGER NOT NULL, content BLOB, blob VARCHAR, held VARCHAR, done INTEGER DEFAULT '0' NOT NULL, attempts INTEGER DEFAULT '0' NOT NULL, lease_until BIGINT DEFAULT '0' NOT NULL, CONSTRAINT uq_inbox_source_key UNIQUE (source_key) );
CREATE INDEX ix_inbox_books ON inbox (channel_id);
CREATE TABLE poll ( channel_id VARCHAR NOT NULL, position VARCHAR, succeeded BIGINT, failed BIGINT, failures INTEGER NOT NULL, error VARCHAR NOT NULL, CONSTRAINT pk_poll PRIMARY KEY (channel_id) );
CREATE TABLE note ( channel_id VARCHAR NOT NULL, name VARCHAR NOT NULL, value VARCHAR NOT NULL, CONSTRAINT pk_note PRIMARY KEY (channel_id, name) );
INSERT INTO alembic_version (version_num) VALUES ('0005');
