-- Some years of a dental practice, the same every time but for the days: bookings lie around now.

INSERT INTO treatments (name, minutes, price) VALUES
    ('Check-up', 30, 85.00), ('Scale and clean', 45, 120.00), ('Filling', 45, 185.50),
    ('Root canal', 90, 1150.00), ('Crown', 60, 1480.00), ('Extraction', 30, 210.00),
    ('Whitening', 60, 399.90), ('Emergency', 30, 150.00);

INSERT INTO patients (name, born, telephones, allergies, history, signature, joined)
SELECT
    given[1 + n % 12] || ' ' || family[1 + n / 12 % 11] || ' ' || n,
    date '1935-01-01' + n * 7919 % 30000,
    -- Numbers that the Australian regulator keeps for fiction.
    (ARRAY['+61 491 570 006', '+61 491 570 156', '+61 491 570 157', '+61 491 570 158'])[n % 3 + 1:n % 2 + 2],
    CASE WHEN n % 9 = 0 THEN ARRAY['penicillin', 'latex'] WHEN n % 5 = 0 THEN ARRAY[]::text[] END,
    jsonb_build_object(
        'visits', n % 40, 'note', CASE WHEN n % 3 = 0 THEN 'Angstgefühl – „ruhig“' END
    ),
    CASE WHEN n % 4 = 0 THEN sha256(n::text::bytea) END,
    date_trunc('day', now()) - n % 2000 * interval '1 day'
FROM generate_series(1, 8000) AS n,
    (SELECT
        ARRAY['Zoë', 'Liam', 'Søren', 'Mia', 'Ángel', 'Ivy', 'Łukasz', 'Ruby', '梅', 'Yuki', 'Ωmega',
            'Noah'] AS given,
        ARRAY['Nguyễn', 'O''Brien', 'Müller', 'Kaur', 'Smith', 'Δημητρίου', 'Wójcik', 'Tran', 'García',
            '李', 'Hart'] AS family) AS names;

-- 120,000 bookings, 240 a day: from 440 days ago to 60 days ahead, every quarter of an hour from 8.
INSERT INTO bookings (patient, dentist, treatment, starts_at, price, note, created_at)
SELECT
    1 + n * 7907 % 8000,
    1 + n % 40,
    treatments.id,
    starts_at,
    treatments.price * (1 + n % 3 * 0.05),
    CASE WHEN n % 11 = 0 THEN 'Bitte pünktlich – naïve façade ✓' END,
    least(starts_at, now()) - (1 + n % 14) * interval '1 day'
FROM generate_series(0, 119999) AS n
CROSS JOIN LATERAL (
    SELECT (
        (now() AT TIME ZONE current_setting('TimeZone'))::date + (n / 240 - 440)
        + time '08:00' + n / 40 % 6 * interval '90 minutes' + n % 6 * interval '15 minutes'
    ) AT TIME ZONE current_setting('TimeZone') AS starts_at
) AS slot
JOIN treatments ON treatments.id = 1 + n * 31 % 8;
