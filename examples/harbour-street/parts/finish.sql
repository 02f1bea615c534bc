-- What is cheaper once the rows are there: indexes, sums, the audit trail and the rights.

CREATE INDEX bookings_by_start ON bookings (starts_at);
CREATE INDEX bookings_by_patient ON bookings (patient);

CREATE MATERIALIZED VIEW takings_by_month AS
    SELECT date_trunc('month', starts_at) AS month, dentist, count(*) AS bookings,
        sum(price) AS takings
    FROM bookings
    GROUP BY 1, 2;

CREATE FUNCTION record_booking() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit (action, booking, before, after)
    VALUES (TG_OP, coalesce(NEW.id, OLD.id), to_jsonb(OLD), to_jsonb(NEW));
    RETURN NULL;
END
$$;

CREATE TRIGGER record_booking AFTER INSERT OR UPDATE OR DELETE ON bookings
    FOR EACH ROW EXECUTE FUNCTION record_booking();

CREATE ROLE booking_app LOGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO booking_app;
GRANT SELECT ON dentists, treatments, patients, documents, coming_bookings, bookings TO booking_app;
GRANT INSERT ON bookings TO booking_app;
GRANT USAGE ON SEQUENCE invoice_numbers TO booking_app;

ANALYZE;
