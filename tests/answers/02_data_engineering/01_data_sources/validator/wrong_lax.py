# message: A body with amount as text is accepted
def sort_bodies(bodies):
    class Form(BaseModel):
        id: int
        amount: float
        merchant: str

    accepted, rejected = [], []
    for offset, body in enumerate(bodies):
        try:
            accepted.append((offset, Form.model_validate_json(body).model_dump()))
        except ValidationError as error:
            loc = error.errors()[0]["loc"]
            rejected.append((offset, str(loc[0]) if loc else "body"))
    return accepted, rejected
